"""The page of one model: its facts, and what its file holds."""

import time
from typing import Any

import dash
from dash import Input, Output, State, no_update
from dash.exceptions import PreventUpdate

from callbacks.freshness import RETRY_WAIT_SECONDS, failed, is_retry
from components import ids
from components.models import model_detail
from components.texts.translate import translate
from domain.errors import ServiceError
from domain.errors.services import last_found, passes_by_itself
from domain.registry.changes import ChangeVerb
from services.connect import Services


def register(app: dash.Dash, services: Services) -> None:
    """Adds the callbacks of the model page to `app`."""

    @app.callback(
        Output(ids.MODEL_FACTS, "children"),
        Output(ids.change(ChangeVerb.ACTIVATE), "disabled"),
        Output(ids.change(ChangeVerb.TRY), "disabled"),
        Output(ids.change(ChangeVerb.DELETE), "disabled"),
        Output(ids.change(ChangeVerb.RESTORE), "disabled"),
        Output(ids.failure("model"), "children"),
        Output(ids.failure_alert("model"), "is_open"),
        Input(ids.tick("model"), "n_intervals"),
        Input(ids.retry("model"), "n_clicks"),
        State(ids.MODEL_ID, "data"),
    )
    def draw(_tick: int, _retry: int | None, model_id: str) -> tuple[Any, ...]:
        if is_retry("model"):
            view = services.model_views.refreshed(RETRY_WAIT_SECONDS)
        else:
            view = services.model_views.view(services.settings.patience_seconds)
        model = None if view.models is None else view.models.get(model_id)
        body: Any = no_update
        if view.models is not None:
            body = model_detail.not_found(model_id) if model is None else model_detail.facts(model)
        return (body, *model_detail.allowed(model), *failed(view))

    @app.callback(
        Output(ids.MODEL_POLICY, "children"),
        Output(ids.MODEL_CHECKED, "data"),
        Input(ids.MODEL_ID, "data"),
        Input(ids.tick("model"), "n_intervals"),
        Input(ids.retry("model"), "n_clicks"),
        State(ids.MODEL_CHECKED, "data"),
    )
    def check(model_id: str, _tick: int, _retry: int | None, checked: object) -> tuple[Any, Any]:
        """Apart from the rest, for it takes a second: the file is fetched and run once in a process of its own.

        MODEL_CHECKED is True once that is settled; until then since when (Unix ms) it waits for what may only start.
        """
        if checked is True:
            raise PreventUpdate
        found = services.policy_checks.check(model_id)
        if not found.ends(services.settings.patience_seconds):
            raise PreventUpdate  # a later tick finds it
        if found.graph is not None:
            return model_detail.policy(found.graph), True
        if found.error is not None and passes_by_itself(found.error):
            since = checked if type(checked) is int else round(time.time() * 1000)
            return model_detail.waiting(translate(last_found(found.error)), since), since
        # What a service did not do it may do yet; what is wrong with the file stays wrong.
        return model_detail.unusable(translate(found.error or "")), not isinstance(found.error, ServiceError)
