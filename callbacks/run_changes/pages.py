"""The clientside callbacks that start the scripts for changing runs."""

import dash
from dash import ClientsideFunction, Input, Output

from components import ids
from services.connect import Services


def register(app: dash.Dash, _services: Services) -> None:
    """Adds the clientside callbacks to `app`."""
    app.clientside_callback(
        ClientsideFunction("runEdits", "show"),
        Output(ids.RUN_EDITS_SHOWN, "data"),
        Input(ids.RUN_ID, "data"),
        Input(ids.RUN_DRAWN, "data"),
    )
    app.clientside_callback(
        ClientsideFunction("runTrash", "show"),
        Output(ids.RUN_TRASH_SHOWN, "data"),
        Input(ids.RUN_TRASH_BEGIN, "data"),
    )
    app.clientside_callback(
        ClientsideFunction("runs", "changeMenu"),
        Output(ids.RUNS_CHANGE, "disabled"),
        Input(ids.SELECTED, "data"),
    )
