"""The inference page: the walk goes from the engine's socket to the screen in the browser, past this server."""

from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State, no_update

from callbacks.freshness import RETRY_WAIT_SECONDS, failed, is_retry
from components import ids
from components.inference.inference_controls import model_options
from components.texts.language import _
from services.connect import Services
from services.registry.model_view import ModelView

_BUTTONS = (ids.INFERENCE_PLAY, ids.INFERENCE_STOP, ids.INFERENCE_STEP, ids.INFERENCE_RESET)


def register(app: dash.Dash, services: Services) -> None:
    """Adds the callbacks of the inference page to `app`."""
    _register_walk(app)

    @app.callback(
        Output(ids.INFERENCE_MODEL, "options"),
        Output(ids.INFERENCE_VERSUS, "options"),
        Output(ids.failure("inference"), "children"),
        Output(ids.failure_alert("inference"), "is_open"),
        Input(ids.tick("inference"), "n_intervals"),
        Input(ids.retry("inference"), "n_clicks"),
        State(ids.INFERENCE_MODEL, "options"),
    )
    def choices(_tick: int, _retry: int | None, known: list[dict[str, Any]]) -> tuple[Any, ...]:
        """The models that can be tried."""
        if is_retry("inference"):
            view = services.model_views.refreshed(RETRY_WAIT_SECONDS)
        else:
            view = services.model_views.view(services.settings.patience_seconds)
        return (*_options(view, known), *failed(view))


def _options(view: ModelView, known: list[dict[str, Any]]) -> tuple[Any, Any]:
    """Those of both lists; no update where the page has them."""
    if view.models is None:
        return no_update, no_update
    options = model_options(view.models, none=_("the active one"))
    if options == known:
        return no_update, no_update
    return options, model_options(view.models, none=_("no other"))


def _register_walk(app: dash.Dash) -> None:
    app.clientside_callback(
        ClientsideFunction("inference", "start"),
        # Dash calls what has no output for changes only, and this has to begin.
        Output(ids.INFERENCE_STARTED, "data"),
        Input(ids.INFERENCE_REQUEST, "data"),
        State(ids.INFERENCE_ENGINE, "data"),
        State(ids.INFERENCE_TEXTS, "data"),
        State(ids.INFERENCE_SCHEMA, "data"),
    )
    app.clientside_callback(
        ClientsideFunction("inference", "press"),
        *(Input(button, "n_clicks") for button in _BUTTONS),
    )
    app.clientside_callback(
        ClientsideFunction("inference", "choose"),
        Input(ids.INFERENCE_MODEL, "value"),
        Input(ids.INFERENCE_VERSUS, "value"),
        Input(ids.INFERENCE_SIZE, "value"),
        Input(ids.INFERENCE_SEED, "value"),
        Input(ids.INFERENCE_SPEED, "value"),
        Input(ids.INFERENCE_PACE, "value"),
        Input(ids.INFERENCE_GOES_ON, "value"),
    )
