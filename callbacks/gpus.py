"""The GPU page. Samples go from the monitors' sockets directly to the browser, bypassing this server."""

from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State, no_update

from callbacks.freshness import RETRY_WAIT_SECONDS, failed, failure_outputs, is_retry, tick_and_retry
from callbacks.sockets import forward_messages
from components import ids
from components.gpus import gpus
from domain.tracking.runs import RunStatus
from services.connect import Services

_CHOICES = (ids.GPU_METRIC, ids.GPU_GROUP, ids.GPU_HOST, ids.GPU_OWNER, ids.GPU_STATE, ids.GPU_RUN)


def register(app: dash.Dash, services: Services) -> None:
    """Adds the callbacks of the GPU page to `app`."""
    _register_stream(app, gpus.with_components(len(services.settings.gpu_monitors)))
    _register_choices(app)

    @app.callback(
        output={"runs": Output(ids.GPU_RUNS, "data"), **failure_outputs("gpus")},
        inputs={"_triggers": tick_and_retry("gpus")},
        state={"known": State(ids.GPU_RUNS, "data")},
    )
    def refresh(_triggers: list[Any], known: list[dict[str, Any]] | None) -> dict[str, Any]:
        """Returns the runs that train now, whose names are shown with their processes."""
        view = services.runs.refreshed_view(RETRY_WAIT_SECONDS) if is_retry("gpus") else services.runs.view()
        training = None if view.runs is None else gpus.training_runs(view.runs.with_status(RunStatus.RUNNING))
        return {"runs": no_update if training in (None, known) else training, **failed(view)}


def _register_stream(app: dash.Dash, hosts: range) -> None:
    app.clientside_callback(
        ClientsideFunction("gpus", "start"),
        # Dash calls a callback without outputs only for changes, but this one has to run at the start.
        Output(ids.GPU_STARTED, "data"),
        Input(ids.GPU_MONITORS, "data"),
        State(ids.GPU_TEXTS, "data"),
        State(ids.GPU_SCHEMA, "data"),
        State(ids.GPU_CARD, "data"),
        *(State(choice, "value") for choice in _CHOICES),
    )
    app.clientside_callback(ClientsideFunction("gpus", "join"), Input(ids.GPU_RUNS, "data"))
    forward_messages(app, "gpus", (ids.gpu("socket", host) for host in hosts))


def _register_choices(app: dash.Dash) -> None:
    """Registers the reader's choices, which only the browser handles; the address holds them."""
    app.clientside_callback(ClientsideFunction("gpus", "choose"), *(Input(choice, "value") for choice in _CHOICES))
    app.clientside_callback(ClientsideFunction("gpus", "openAll"), Input(ids.GPU_OPEN_ALL, "n_clicks"))
    app.clientside_callback(ClientsideFunction("gpus", "closeAll"), Input(ids.GPU_CLOSE_ALL, "n_clicks"))
