"""The page of one model: its facts, and the content of its file."""

import time
from typing import Any

import dash
from dash import Input, Output, State, no_update
from dash.exceptions import PreventUpdate

from callbacks.freshness import failed, failure_outputs, models_view, tick_and_retry
from components import ids
from components.models import model_detail
from components.texts.translate import translate
from domain.errors import ServiceError
from domain.errors.services import last_error, passes_by_itself
from services.connect import Services
from services.registry.model_view import ModelView


def register(app: dash.Dash, services: Services) -> None:
    """Adds the callbacks of the model page to `app`."""

    @app.callback(
        output={
            "facts": Output(ids.MODEL_FACTS, "children"),
            "disabled": {verb: Output(ids.change(verb), "disabled") for verb in model_detail.BUTTONS},
            **failure_outputs("model"),
        },
        inputs={"_triggers": tick_and_retry("model")},
        state={"model_id": State(ids.MODEL_ID, "data")},
    )
    def draw(_triggers: list[Any], model_id: str) -> dict[str, Any]:
        view = models_view(services, "model")
        model = None if view.models is None else view.models.get(model_id)
        return {"facts": facts_of(view, model_id), "disabled": model_detail.disabled(model), **failed(view)}

    @app.callback(
        Output(ids.MODEL_POLICY, "children"),
        Output(ids.MODEL_CHECKED, "data"),
        Input(ids.MODEL_ID, "data"),
        Input(ids.tick("model"), "n_intervals"),
        Input(ids.retry("model"), "n_clicks"),
        State(ids.MODEL_CHECKED, "data"),
    )
    def check(model_id: str, _tick: int, _retry: int | None, checked: object) -> tuple[Any, Any]:
        """Checks the file apart from the rest, since this takes a second: it is fetched and run once in a process of
        its own.

        MODEL_CHECKED is True once that is settled, and until then the time (Unix ms) since when a service has not
        answered.
        """
        if checked is True:
            raise PreventUpdate
        found = services.policy_checks.check(model_id)
        if not found.ends(services.settings.patience_seconds):
            raise PreventUpdate  # a later tick gets the result
        if found.graph is not None:
            return model_detail.policy(found.graph), True
        if found.error is not None and passes_by_itself(found.error):
            since = checked if type(checked) is int else round(time.time() * 1000)
            return model_detail.waiting(translate(last_error(found.error)), since), since
        # Failures of a service may pass, so they are checked again; a broken file stays broken.
        return model_detail.unusable(translate(found.error or "")), not isinstance(found.error, ServiceError)


def facts_of(view: ModelView, model_id: str) -> Any:
    """Returns the model's facts, or that there is none; no update while it may be new and the models cannot be read."""
    model = None if view.models is None else view.models.get(model_id)
    if model is not None:
        return model_detail.facts(model)
    return model_detail.not_found(model_id) if view.models is not None and view.failure is None else no_update
