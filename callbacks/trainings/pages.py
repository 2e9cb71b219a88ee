"""The clientside callbacks that start the scripts of the training pages, which then poll and open the socket."""

import dash
from dash import ClientsideFunction, Input, Output, State

from callbacks.sockets import forward_messages
from components import ids
from services.connect import Services


def register(app: dash.Dash, _services: Services) -> None:
    """Adds the clientside callbacks to `app`."""
    app.clientside_callback(
        ClientsideFunction("trainings", "start"),
        # Dash calls a callback without outputs only for changes, but this one has to run at the start.
        Output(ids.TRAINING_BEGUN, "data"),
        Input(ids.TRAINING_QUERY, "data"),
        State(ids.TRAINING_TEXTS, "data"),
    )
    app.clientside_callback(
        ClientsideFunction("training", "start"),
        Output(ids.LIVE_STARTED, "data"),
        Input(ids.LIVE_RUN, "data"),
        State(ids.LIVE_SCHEDULER, "data"),
        State(ids.LIVE_TEXTS, "data"),
        State(ids.LIVE_SCHEMA, "data"),
        State(ids.TRAINING_TEXTS, "data"),
    )
    forward_messages(app, "training", [ids.LIVE_SOCKET])
