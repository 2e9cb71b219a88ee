"""Registers all routes for files of runs."""

import dash

from callbacks.artifacts import console, files, media
from services.connect import Services


def register(app: dash.Dash, services: Services) -> None:
    """Adds the routes to the server of `app`."""
    for part in (files, console, media):
        part.register(app, services)
