"""Serves localstripe (PyPI), another replica, which pushes signed webhooks. By itself it would listen on every address."""
import logging
import socket

from aiohttp import web
from localstripe.server import app

listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind(("127.0.0.1", 0))
print("listening on http://127.0.0.1:%d" % listener.getsockname()[1], flush=True)
logging.disable(logging.WARNING)
web.run_app(app, sock=listener, print=None)
