"""Starts the stand-ins for Stripe on free ports of this machine, says where they are, and stops them when its standard input ends, or when it
is told to end.

    peers.py TOOLS     TOOLS: the folder into which scripts/test-money.sh installed them

prints `STRIPE_STAND_IN=http://127.0.0.1:…` (Checkout before Stripe World) and `LOCALSTRIPE=http://127.0.0.1:…`, each only where it
is installed, and then `ready`.
"""
import pathlib
import re
import signal
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
TOOLS = pathlib.Path(sys.argv[1])
STARTED = []
# Told to end, it leaves by way of the end below.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))


def start(python, script, *arguments):
    """Starts one, and waits until it says its address."""
    process = subprocess.Popen([python, "-u", HERE / script, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True)
    STARTED.append(process)
    said = []
    for line in process.stdout:
        said.append(line)
        found = re.search(r"http://127\.0\.0\.1:([1-9]\d*)", line)
        if found:
            # What it says from here on is read away, so that it never waits for a reader.
            subprocess.Popen(["cat"], stdin=process.stdout, stdout=subprocess.DEVNULL)
            return found[0]
    sys.exit("%s did not start:\n%s" % (script, "".join(said[-10:])))


try:
    world = TOOLS / "stripe-world/bin/python"
    if world.exists():
        behind = start(world, "world.py", "--port", "0", "--reset-options", '{"startup":{"livemode":false}}')
        print("STRIPE_STAND_IN=" + start(sys.executable, "checkout.py", behind), flush=True)
    local = TOOLS / "localstripe/bin/python"
    if local.exists():
        print("LOCALSTRIPE=" + start(local, "local.py"), flush=True)
    print("ready", flush=True)
    sys.stdin.read()
finally:
    for process in STARTED:
        process.terminate()
    for process in STARTED:
        process.wait()
