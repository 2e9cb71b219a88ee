"""The page of one model: its facts, and what its file holds."""

from typing import Any

import dash
from dash import Input, Output, State, no_update

from callbacks.freshness import RETRY_WAIT_SECONDS, is_retry
from components import ids, model_detail, notices, words
from components.in_words import in_words
from domain.errors import ClewError
from services.connect import Services


def register(app: dash.Dash, services: Services) -> None:
    """Adds the callbacks of the model page to `app`."""

    @app.callback(
        Output(ids.MODEL_FACTS, "children"),
        Output(ids.change("model", "activate"), "disabled"),
        Output(ids.change("model", "try"), "disabled"),
        Output(ids.change("model", "ask"), "disabled"),
        Output(ids.change("model", "restore"), "disabled"),
        Output(ids.failure("model"), "children"),
        Output(ids.failure_alert("model"), "is_open"),
        Input(ids.tick("model"), "n_intervals"),
        Input(ids.retry("model"), "n_clicks"),
        Input(ids.change("model", "reload"), "data"),
        State(ids.MODEL_ID, "data"),
    )
    def draw(_tick: int, _retry: int | None, _reload: int, model_id: str) -> tuple[Any, ...]:
        if is_retry("model"):
            view = services.model_views.refreshed(RETRY_WAIT_SECONDS)
        else:
            view = services.model_views.view(services.settings.patience_seconds)
        model = None if view.models is None else view.models.get(model_id)
        failure: Any = no_update
        if view.failure is not None:
            as_of = words.unix_ms(view.as_of)
            failure = notices.failure(view.failure.service, view.failure.cause, as_of_ms=as_of)
        body: Any = no_update
        if view.models is not None:
            body = model_detail.not_found(model_id) if model is None else model_detail.facts(model)
        return (body, *model_detail.allowed(model), failure, view.failure is not None)

    @app.callback(Output(ids.MODEL_POLICY, "children"), Input(ids.MODEL_ID, "data"))
    def check(model_id: str) -> Any:
        """Apart from the rest, for it takes a second: the file is fetched and run once in a process of its own."""
        try:
            return model_detail.policy(services.models.policy(model_id))
        except ClewError as error:
            return model_detail.unusable(in_words(error))
