"""The inference page: steps go from the engine's socket directly to the browser, bypassing this server."""

from typing import Any, Final, TypedDict

import dash
from dash import ClientsideFunction, Input, Output, State, no_update

from callbacks.freshness import failed, failure_outputs, models_view, tick_and_retry
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
        output={
            "model": Output(ids.INFERENCE_MODEL, "options"),
            "versus": Output(ids.INFERENCE_VERSUS, "options"),
            **failure_outputs("inference"),
        },
        inputs={"_triggers": tick_and_retry("inference")},
        state={"known": State(ids.INFERENCE_MODEL, "options")},
    )
    def offer(_triggers: list[Any], known: list[dict[str, Any]]) -> dict[str, Any]:
        """Returns the models that can be tried."""
        view = models_view(services, "inference")
        return {**_options(view, known), **failed(view)}


class _Options(TypedDict):
    """The options of both model pickers."""

    model: Any
    versus: Any


_AS_THEY_ARE: Final = _Options(model=no_update, versus=no_update)


def _options(view: ModelView, known: list[dict[str, Any]]) -> _Options:
    """Returns the options of both pickers; no update if the page already has the same."""
    if view.models is None:
        return _AS_THEY_ARE
    options = model_options(view.models, none=_("the active one"))
    if options == known:
        return _AS_THEY_ARE
    return {"model": options, "versus": model_options(view.models, none=_("no other"))}


def _register_walk(app: dash.Dash) -> None:
    app.clientside_callback(
        ClientsideFunction("inference", "start"),
        # Dash calls a callback without outputs only for changes, but this one has to run at the start.
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
