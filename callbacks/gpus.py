"""The GPU page. Samples go from the monitors' sockets to the screen in the browser, past this server."""

from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State, no_update
from dash.exceptions import PreventUpdate
from pydantic import TypeAdapter, ValidationError

from callbacks.freshness import RETRY_WAIT_SECONDS, failed, is_retry
from callbacks.sockets import hand_on
from components import ids
from components.gpus import gpus
from components.gpus.gpu_card import gpu_card
from domain.gpus import MOST_GPUS, Gpu
from domain.tracking.runs import RunStatus
from services.connect import Services

_GPUS = TypeAdapter(list[Gpu])


def register(app: dash.Dash, services: Services) -> None:
    """Adds the callbacks of the GPU page to `app`."""
    hosts = range(len(services.settings.gpu_monitors))
    for host in hosts:
        _register_cards(app, host)
    _register_stream(app, hosts)

    @app.callback(
        Output(ids.GPU_RUNS, "data"),
        Output(ids.failure("gpus"), "children"),
        Output(ids.failure_alert("gpus"), "is_open"),
        Input(ids.tick("gpus"), "n_intervals"),
        Input(ids.retry("gpus"), "n_clicks"),
        State(ids.GPU_RUNS, "data"),
    )
    def runs(_tick: int, _retry: int | None, known: list[dict[str, Any]] | None) -> tuple[Any, ...]:
        """The runs that train now: a process of theirs gets their name."""
        view = services.runs.refreshed_view(RETRY_WAIT_SECONDS) if is_retry("gpus") else services.runs.view()
        training = None if view.runs is None else gpus.training_runs(view.runs.with_status(RunStatus.RUNNING))
        return (no_update if training in (None, known) else training, *failed(view))


def _register_cards(app: dash.Dash, host: int) -> None:
    @app.callback(
        Output(ids.gpu("drawn", host), "data"), Input(ids.gpu("shape", host), "data"), prevent_initial_call=True
    )
    def draw(shape: object) -> list[Any]:
        """New cards, when other GPUs are there, or one is in another state. The browser itself puts them in place."""
        if not isinstance(shape, dict):
            raise PreventUpdate
        try:
            present = _GPUS.validate_python(shape.get("gpus"))[:MOST_GPUS]
        except ValidationError as error:  # not from a page of ours: that checked each message
            raise PreventUpdate from error
        return [gpu_card(gpu, recording=bool(shape.get("recording"))) for gpu in present]

    app.clientside_callback(
        ClientsideFunction("gpus", "cards"), Input(ids.gpu("drawn", host), "data"), State(ids.gpu("drawn", host), "id")
    )


def _register_stream(app: dash.Dash, hosts: range) -> None:
    app.clientside_callback(
        ClientsideFunction("gpus", "start"),
        # Dash calls what has no output for changes only, and this has to begin.
        Output(ids.GPU_STARTED, "data"),
        Input(ids.GPU_MONITORS, "data"),
        State(ids.GPU_TEXTS, "data"),
        State(ids.GPU_SCHEMA, "data"),
    )
    app.clientside_callback(ClientsideFunction("gpus", "join"), Input(ids.GPU_RUNS, "data"))
    hand_on(app, "gpus", (ids.gpu("socket", host) for host in hosts))
