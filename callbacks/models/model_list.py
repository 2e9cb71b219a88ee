"""The models page: its list, kept up to date. callbacks/models/model_change.py changes models."""

from typing import Any, Final, TypedDict

import dash
from dash import ClientsideFunction, Input, Output, State, no_update

from callbacks.freshness import failed, failure_outputs, models_view, register_rows_shown, tick_and_retry
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
    def check_in_advance(model_id: object) -> None:
        """Starts the check of the chosen model in advance: it may be activated next."""
        if isinstance(model_id, str) and not services.settings.read_only:
            services.policy_checks.check(model_id)

    @app.callback(
        output={
            "age": Output(ids.MODEL_FRESHNESS, "children"),
            **failure_outputs("models"),
            "body": {
                "rows": Output(ids.MODEL_ROWS, "data"),
                "bad_rows": Output(ids.MODEL_BAD_ROWS, "children"),
                "empty": Output(ids.MODEL_EMPTY, "children"),
                "groups": Output(ids.MODEL_GROUPS, "children"),
                "history": Output(ids.MODEL_HISTORY, "children"),
                "drawn": Output(ids.MODEL_DRAWN, "data"),
            },
        },
        inputs={"_triggers": tick_and_retry("models")},
        state={"drawn": State(ids.MODEL_DRAWN, "data")},
    )
    def refresh(_triggers: list[Any], drawn: str | None) -> dict[str, Any]:
        view = models_view(services, "models")
        return {"age": _age(view), **failed(view), "body": _body(services, view, drawn)}


class _Body(TypedDict):
    """What the page shows of the models; `drawn` is its fingerprint."""

    rows: Any
    bad_rows: Any
    empty: Any
    groups: Any
    history: Any
    drawn: Any


_NO_UPDATE: Final = _Body(
    rows=no_update, bad_rows=no_update, empty=no_update, groups=no_update, history=no_update, drawn=no_update
)


def _age(view: ModelView) -> list[Any]:
    there = None if view.models is None else sum(m.state is not ModelState.DELETED for m in view.models.models)
    if view.failure is not None and there is None:
        return []
    return model_list.freshness_text(there, words.unix_ms(view.as_of))


def _body(services: Services, view: ModelView, drawn: str | None) -> _Body:
    """Draws the page's body; no update if the page already shows the same."""
    if view.models is None:
        return _NO_UPDATE
    newest = view.history[0].at if view.history else None
    shown = f"{language()} {view.models.model_dump_json()} {len(view.history)} {newest}"
    # By content: the store's list has no version.
    mark = words.fingerprint(shown)
    if mark == drawn:
        return _NO_UPDATE
    return {
        "rows": [model_list.row(model) for model in view.models.models],
        "bad_rows": notices.bad_rows(services.models.name, view.models.bad_rows),
        "empty": None if view.models.models or view.models.bad_rows else model_list.nothing_here(),
        "groups": model_groups.groups(view.models),
        "history": activations(view.history, view.models, services.settings.model_name),
        "drawn": mark,
    }


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
