"""Activating, trying, deleting and restoring a model, from the list and from its page; each ends in a toast."""

from typing import Any, NamedTuple

import dash
from dash import ClientsideFunction, Input, Output, State, ctx, no_update
from dash.exceptions import PreventUpdate
from pydantic import BaseModel, ValidationError

from callbacks.model_writes import activate, bring_back, delete, outcome_of
from components import ids, model_change
from components.links import href
from domain.models import Model
from services.connect import Services

REREAD_SECONDS = 5.0


class Controls(NamedTuple):
    """The buttons of one page, and the store that holds the id of the model that they are about."""

    place: str
    model_id: str
    activate: str
    delete: str
    restore: str
    tries: str | None = None

    def part(self, what: str) -> str:
        """A part of the page's dialogs and toast."""
        return ids.change(self.place, what)


class Wish(BaseModel):
    """Which model somebody wants active, and whether to go and watch it then."""

    id: str
    tries: bool = False


ON_LIST = Controls("models", ids.MODEL_CHOSEN, ids.MODEL_ACTIVATE, ids.MODEL_DELETE, ids.MODEL_RESTORE)
ON_PAGE = Controls(
    "model",
    ids.MODEL_ID,
    ids.change("model", "activate"),
    ids.change("model", "ask"),
    ids.change("model", "restore"),
    ids.change("model", "try"),
)


def register(app: dash.Dash, services: Services) -> None:
    """Adds the callbacks that change models to `app`."""
    for controls in (ON_LIST, ON_PAGE):
        _register_deletion_dialog(app, services, controls)
        _register_activation_dialog(app, services, controls)
        _register_changes(app, services, controls)
        app.clientside_callback(ClientsideFunction("models", "go"), Input(controls.part("go"), "data"))


def _register_deletion_dialog(app: dash.Dash, services: Services, controls: Controls) -> None:
    @app.callback(
        Output(controls.part("dialog"), "is_open"),
        Output(controls.part("body"), "children"),
        Input(controls.delete, "n_clicks"),
        Input(controls.part("cancel"), "n_clicks"),
        Input(controls.part("reload"), "data"),
        State(controls.model_id, "data"),
        prevent_initial_call=True,
    )
    def ask(_delete: int | None, _cancel: int | None, _done: int, model_id: object) -> tuple[bool, Any]:
        model = _known(services, model_id)
        if ctx.triggered_id != controls.delete or model is None:
            return False, no_update
        return True, model_change.about_to_delete(model)


def _register_activation_dialog(app: dash.Dash, services: Services, controls: Controls) -> None:
    @app.callback(
        Output(controls.part("other-dialog"), "is_open"),
        Output(controls.part("other-body"), "children"),
        Output(controls.part("asked"), "data"),
        Output(controls.part("wish"), "data"),
        *(Input(button, "n_clicks") for button in _asking(controls)),
        Input(controls.part("other-confirm"), "n_clicks"),
        Input(controls.part("again"), "data"),
        State(controls.model_id, "data"),
        State(controls.part("wish"), "data"),
        prevent_initial_call=True,
    )
    def ask(*values: Any) -> tuple[bool, Any, Any, Any]:
        """Says who is to be activated now, or asks first where that is for another environment."""
        *clicks, again, model_id, asked_about = values
        confirmed = ctx.triggered_id == controls.part("other-confirm")
        if confirmed:
            wish = _wish(asked_about)
        elif ctx.triggered_id == controls.part("again"):
            wish = _wish(again)
        else:
            wish = _wish({"id": model_id, "tries": ctx.triggered_id == controls.tries})
        if not (any(clicks) or again):
            raise PreventUpdate
        model, active = _known(services, wish.id), _active(services)
        if not confirmed and model is not None and active is not None and _differ(model, active):
            return True, model_change.of_another_environment(model, active), no_update, wish.model_dump()
        # The clicks make each wish another one, or a second one for the same model would start nothing.
        return False, no_update, {**wish.model_dump(), "at": [*clicks, again]}, no_update


def _register_changes(app: dash.Dash, services: Services, controls: Controls) -> None:
    undo, confirm = controls.part("undo"), controls.part("confirm")

    @app.callback(
        Output(controls.part("toast"), "is_open"),
        Output(controls.part("toast"), "icon"),
        Output(controls.part("said"), "children"),
        Output(undo, "style"),
        Output(controls.part("former"), "data"),
        Output(controls.part("go"), "data"),
        Output(controls.part("reload"), "data"),
        Input(controls.part("asked"), "data"),
        Input(undo, "n_clicks"),
        Input(confirm, "n_clicks"),
        Input(controls.restore, "n_clicks"),
        State(controls.model_id, "data"),
        State(controls.part("former"), "data"),
        State(controls.part("reload"), "data"),
        prevent_initial_call=True,
        running=[(Output(controls.part("busy"), "hidden"), False, True), (Output(confirm, "disabled"), True, False)],
    )
    def change(
        asked: object,
        _undo: int | None,
        _confirm: int | None,
        _restore: int | None,
        model_id: object,
        former_id: object,
        changes: int | None,
    ) -> tuple[Any, ...]:
        what = ctx.triggered_id
        target = _wish(asked).id if what == controls.part("asked") else former_id if what == undo else model_id
        if not isinstance(target, str):
            raise PreventUpdate
        if what == confirm:
            outcome = outcome_of(lambda: delete(services, target))
        elif what == controls.restore:
            outcome = outcome_of(lambda: bring_back(services, target))
        else:
            outcome = outcome_of(lambda: activate(services, target))
        services.model_views.refreshed(REREAD_SECONDS)
        style = {} if outcome.former_id is not None else {"display": "none"}
        goes = outcome.good and what == controls.part("asked") and _wish(asked).tries
        address = _inference(services) if goes else no_update
        icon = "success" if outcome.good else "danger"
        return True, icon, outcome.sentence, style, outcome.former_id, address, (changes or 0) + 1


def _asking(controls: Controls) -> list[str]:
    return [controls.activate, *([controls.tries] if controls.tries else [])]


def _wish(data: object) -> Wish:
    try:
        return Wish.model_validate(data)
    except ValidationError as error:  # nothing has been asked for, or not by a page of ours
        raise PreventUpdate from error


def _known(services: Services, model_id: object) -> Model | None:
    models = services.model_views.view().models
    return models.get(model_id) if models is not None and isinstance(model_id, str) else None


def _active(services: Services) -> Model | None:
    models = services.model_views.view().models
    return None if models is None else models.active


def _differ(model: Model, active: Model) -> bool:
    return None not in (model.env_id, active.env_id) and model.env_id != active.env_id


def _inference(services: Services) -> str:
    """Where an active model can be tried."""
    elsewhere = services.settings.inference_ui_url
    return href("/inference", play="1") if elsewhere is None else str(elsewhere)
