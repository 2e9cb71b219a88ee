"""Activating, deleting and restoring a model, on the models page and on the page of one; each ends in a toast."""

from collections.abc import Callable
from typing import Any, NamedTuple

import dash
import flask
from dash import Input, Output, State, ctx
from dash.exceptions import PreventUpdate

from components import ids, model_change
from components.language import _
from components.model_change import Outcome
from domain.errors import ClewError, OutcomeUnknown
from services.connect import Services

REREAD_SECONDS = 5.0


class Controls(NamedTuple):
    """The buttons of one page, and where it keeps the id of the model that they are about."""

    place: str
    model_id: str
    activate: str
    delete: str
    restore: str


ON_LIST = Controls("models", ids.MODEL_CHOSEN, ids.MODEL_ACTIVATE, ids.MODEL_DELETE, ids.MODEL_RESTORE)
ON_DETAIL = Controls(
    "model",
    ids.MODEL_ID,
    ids.change("model", "activate"),
    ids.change("model", "ask"),
    ids.change("model", "restore"),
)


def register(app: dash.Dash, services: Services) -> None:
    """Adds the callbacks that change models to `app`."""
    for controls in (ON_LIST, ON_DETAIL):
        _register_dialog(app, services, controls)
        _register_changes(app, services, controls)


def _register_dialog(app: dash.Dash, services: Services, controls: Controls) -> None:
    place = controls.place

    @app.callback(
        Output(ids.change(place, "dialog"), "is_open"),
        Output(ids.change(place, "body"), "children"),
        Input(controls.delete, "n_clicks"),
        Input(ids.change(place, "cancel"), "n_clicks"),
        Input(ids.change(place, "reload"), "data"),
        State(controls.model_id, "data"),
        prevent_initial_call=True,
    )
    def ask(_delete: int | None, _cancel: int | None, _done: int, model_id: str | None) -> tuple[bool, Any]:
        known = services.model_views.view().models
        model = None if known is None or model_id is None else known.get(model_id)
        if ctx.triggered_id != controls.delete or model is None:
            return False, dash.no_update
        return True, model_change.about_to_delete(model)


def _register_changes(app: dash.Dash, services: Services, controls: Controls) -> None:
    place = controls.place

    @app.callback(
        Output(ids.change(place, "toast"), "is_open"),
        Output(ids.change(place, "toast"), "icon"),
        Output(ids.change(place, "said"), "children"),
        Output(ids.change(place, "undo"), "style"),
        Output(ids.change(place, "former"), "data"),
        Output(ids.change(place, "reload"), "data"),
        Input(controls.activate, "n_clicks"),
        Input(ids.change(place, "undo"), "n_clicks"),
        Input(ids.change(place, "confirm"), "n_clicks"),
        Input(controls.restore, "n_clicks"),
        State(controls.model_id, "data"),
        State(ids.change(place, "former"), "data"),
        State(ids.change(place, "reload"), "data"),
        prevent_initial_call=True,
        running=[
            (Output(button, "disabled"), True, False) for button in (controls.activate, ids.change(place, "confirm"))
        ],
    )
    def change(
        _activate: int | None,
        _undo: int | None,
        _confirm: int | None,
        _restore: int | None,
        model_id: str | None,
        former_id: str | None,
        changes: int,
    ) -> tuple[Any, ...]:
        what = ctx.triggered_id
        target = former_id if what == ids.change(place, "undo") else model_id
        if not isinstance(target, str):
            raise PreventUpdate
        outcome = _outcome(services, _work(services, controls, what), target)
        services.model_views.refreshed(REREAD_SECONDS)
        undo = {} if outcome.former_id is not None else {"display": "none"}
        icon = "success" if outcome.good else "danger"
        return True, icon, outcome.sentence, undo, outcome.former_id, (changes or 0) + 1


def _work(services: Services, controls: Controls, what: str) -> Callable[[str], Outcome]:
    """What the pressed button does to a model."""
    models = services.models

    def activate(model_id: str) -> Outcome:
        return model_change.activated(models.activate(model_id, by=None))

    def delete(model_id: str) -> Outcome:
        models.delete(model_id)
        return model_change.deleted(model_id)

    def restore(model_id: str) -> Outcome:
        return model_change.restored(models.restore(model_id).id)

    if what == ids.change(controls.place, "confirm"):
        return delete
    return restore if what == controls.restore else activate


def _outcome(services: Services, work: Callable[[str], Outcome], model_id: str) -> Outcome:
    try:
        return work(model_id)
    except OutcomeUnknown as error:
        return model_change.refused(_("%(cause)s. The list was read again: look there.", cause=error))
    except ClewError as error:
        flask.current_app.logger.info("a model was not changed", extra={"model": model_id, "cause": str(error)})
        return model_change.refused(str(error))
