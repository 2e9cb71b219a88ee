"""The models page: its list, kept fresh. What is done with the chosen model is in callbacks/models/model_change.py."""

from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State, no_update

from callbacks.freshness import RETRY_WAIT_SECONDS, failed, is_retry, register_rows_shown
from components import ids, notices
from components.models import model_groups, model_list
from components.models.activations import activations
from components.texts import words
from components.texts.language import language
from domain.registry.models import ModelState
from services.connect import Services
from services.registry.model_view import ModelView


def register(app: dash.Dash, services: Services) -> None:
    """Adds the callbacks of the models page to `app`."""
    _register_table(app)

    @app.callback(Input(ids.MODEL_CHOSEN, "data"), prevent_initial_call=True)
    def look_ahead(model_id: object) -> None:
        """Whoever chooses a model may be about to activate it."""
        if isinstance(model_id, str) and not services.settings.read_only:
            services.policy_checks.check(model_id)

    @app.callback(
        Output(ids.MODEL_FRESHNESS, "children"),
        Output(ids.failure("models"), "children"),
        Output(ids.failure_alert("models"), "is_open"),
        Output(ids.MODEL_ROWS, "data"),
        Output(ids.MODEL_BAD_ROWS, "children"),
        Output(ids.MODEL_EMPTY, "children"),
        Output(ids.MODEL_GROUPS, "children"),
        Output(ids.MODEL_HISTORY, "children"),
        Output(ids.MODEL_DRAWN, "data"),
        Input(ids.tick("models"), "n_intervals"),
        Input(ids.retry("models"), "n_clicks"),
        State(ids.MODEL_DRAWN, "data"),
    )
    def refresh(_tick: int, _retry: int | None, drawn: str | None) -> tuple[Any, ...]:
        if is_retry("models"):
            view = services.model_views.refreshed(RETRY_WAIT_SECONDS)
        else:
            view = services.model_views.view(services.settings.patience_seconds)
        return (*_freshness(view), *_body(services, view, drawn))


def _freshness(view: ModelView) -> tuple[Any, ...]:
    as_of = words.unix_ms(view.as_of)
    there = None if view.models is None else sum(m.state is not ModelState.DELETED for m in view.models.models)
    text = model_list.freshness_text(there, as_of) if view.failure is None or there is not None else []
    return text, *failed(view)


def _body(services: Services, view: ModelView, drawn: str | None) -> tuple[Any, ...]:
    """Rows, bad rows, what to do without any, groups, activations; no update where the page has these."""
    if view.models is None:
        return (no_update,) * 6
    newest = view.history[0].at if view.history else None
    shown = f"{language()} {view.models.model_dump_json()} {len(view.history)} {newest}"
    # Told by what is in it: the store gives its list no version.
    mark = words.fingerprint(shown)
    if mark == drawn:
        return (no_update,) * 6
    return (
        [model_list.row(model) for model in view.models.models],
        notices.bad_rows(services.models.name, view.models.bad_rows),
        None if view.models.models or view.models.bad_rows else model_list.nothing_here(),
        model_groups.groups(view.models),
        activations(view.history, view.models, services.settings.model_name),
        mark,
    )


def _register_table(app: dash.Dash) -> None:
    app.clientside_callback(
        ClientsideFunction("models", "fill"),
        Output(ids.MODEL_ALGORITHM, "options"),
        Input(ids.MODEL_ROWS, "data"),
        Input(ids.MODEL_ALGORITHM, "value"),
        Input(ids.MODEL_STATE, "value"),
        Input(ids.MODEL_NAME, "value"),
        Input(ids.MODEL_TABLE, "sort_by"),
        State(ids.MODEL_TEXTS, "data"),
    )
    register_rows_shown(app, ids.MODEL_TABLE, ids.MODEL_ROWS, ids.MODEL_TEXTS)
    app.clientside_callback(
        ClientsideFunction("models", "choose"),
        Input(ids.MODEL_TABLE, "selected_row_ids"),
        State(ids.MODEL_TABLE, "data"),
        State(ids.MODEL_CHOSEN, "data"),
    )
    app.clientside_callback(
        ClientsideFunction("models", "buttons"),
        Output(ids.MODEL_ACTIVATE, "disabled"),
        Output(ids.MODEL_DETAILS, "disabled"),
        Output(ids.MODEL_DELETE, "disabled"),
        Output(ids.MODEL_RESTORE, "disabled"),
        Input(ids.MODEL_CHOSEN, "data"),
        Input(ids.MODEL_TABLE, "data"),
    )
    app.clientside_callback(
        ClientsideFunction("models", "open"),
        Input(ids.MODEL_DETAILS, "n_clicks"),
        State(ids.MODEL_CHOSEN, "data"),
        State(ids.MODEL_ROWS, "data"),
    )
