"""Serves Stripe World (PyPI seahaven-stripe-world), a replica of Stripe that others wrote. It listens on this machine alone."""
from seahaven.http import main
from seahaven_stripe_world import world
from seahaven_stripe_world.http_api import handle

main(world, handle)
