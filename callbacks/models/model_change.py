"""Activating, trying, deleting and restoring a model, from the list and from its page; each ends in a toast."""

from typing import Any, NamedTuple, TypeVar

import dash
from dash import ClientsideFunction, Input, Output, State, ctx, no_update, set_props
from dash.exceptions import PreventUpdate
from pydantic import BaseModel, ValidationError

from callbacks.models.model_writes import activate, bring_back, delete, outcome_of, undo
from components import ids
from components.links import href
from components.models import model_change
from components.models.model_change import Outcome, Undo
from domain.addresses import without_credentials
from domain.registry.models import Model, ModelList
from services.connect import Services

Shape = TypeVar("Shape", bound=BaseModel)
HIDDEN = {"display": "none"}


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


class ActivationRequest(BaseModel):
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
        app.clientside_callback(ClientsideFunction("models", "say"), Input(controls.part("refusal"), "data"))


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
        if ctx.triggered_id != controls.delete or not isinstance(model_id, str):
            return False, no_update
        models = _who_know(services, model_id)
        model = None if models is None else models.get(model_id)
        if model is None:
            _say(controls, model_change.not_known(model_id))
            return False, no_update
        return True, model_change.about_to_delete(model)


def _register_activation_dialog(app: dash.Dash, services: Services, controls: Controls) -> None:
    @app.callback(
        Output(controls.part("other-dialog"), "is_open"),
        Output(controls.part("other-body"), "children"),
        Output(controls.part("asked"), "data"),
        Output(controls.part("request"), "data"),
        *(Input(button, "n_clicks") for button in _asking(controls)),
        Input(controls.part("other-confirm"), "n_clicks"),
        Input(controls.part("again"), "data"),
        State(controls.model_id, "data"),
        State(controls.part("request"), "data"),
        prevent_initial_call=True,
    )
    def ask(*values: Any) -> tuple[bool, Any, Any, Any]:
        """Says who is to be activated now, or asks first where that is for another environment."""
        *clicks, again, model_id, asked_about = values
        confirmed = ctx.triggered_id == controls.part("other-confirm")
        if confirmed:
            request = _read(ActivationRequest, asked_about)
        elif ctx.triggered_id == controls.part("again"):
            request = _read(ActivationRequest, again)
        else:
            request = _read(ActivationRequest, {"id": model_id, "tries": ctx.triggered_id == controls.tries})
        if not (any(clicks) or again):
            raise PreventUpdate
        if not confirmed:
            models = _who_know(services, request.id)
            model = None if models is None else models.get(request.id)
            if models is None or model is None:
                _say(controls, model_change.not_known(request.id))
                return False, no_update, no_update, no_update
            if models.active is not None and _differ(model, models.active):
                return True, model_change.of_another_environment(model, models.active), no_update, request.model_dump()
        # The clicks make each request another one, or a second one for the same model would start nothing.
        return False, no_update, {**request.model_dump(), "at": [*clicks, again]}, no_update


def _register_changes(app: dash.Dash, services: Services, controls: Controls) -> None:
    undoing, confirm = controls.part("undo"), controls.part("confirm")

    @app.callback(
        Output(controls.part("toast"), "is_open"),
        Output(controls.part("toast"), "icon"),
        Output(controls.part("toast"), "duration"),
        Output(controls.part("said"), "children"),
        Output(undoing, "style"),
        Output(controls.part("former"), "data"),
        Output(controls.part("go"), "data"),
        Output(controls.part("reload"), "data"),
        Input(controls.part("asked"), "data"),
        Input(undoing, "n_clicks"),
        Input(confirm, "n_clicks"),
        Input(controls.restore, "n_clicks"),
        State(controls.model_id, "data"),
        State(controls.part("former"), "data"),
        State(controls.part("reload"), "data"),
        prevent_initial_call=True,
        running=[
            (Output(controls.part("busy"), "hidden"), False, True),
            (Output(confirm, "disabled"), True, False),
            # A toast that stays open keeps its old time: the new sentence, and its Undo, would go too early.
            (Output(controls.part("toast"), "is_open"), False, False),
        ],
    )
    def change(
        asked: object,
        _undo: int | None,
        _confirm: int | None,
        _restore: int | None,
        model_id: object,
        former: object,
        changes: int | None,
    ) -> tuple[Any, ...]:
        what = ctx.triggered_id
        goes = False
        if what == undoing:
            back = _read(Undo, former)
            outcome = outcome_of(lambda: undo(services, back))
        elif what == controls.part("asked"):
            request = _read(ActivationRequest, asked)
            outcome = outcome_of(lambda: activate(services, request.id))
            goes = outcome.good and request.tries
        else:
            chosen = _read(ActivationRequest, {"id": model_id}).id
            work = delete if what == confirm else bring_back
            outcome = outcome_of(lambda: work(services, chosen))
        style, undoable = ({}, outcome.undo.model_dump()) if outcome.undo is not None else (HIDDEN, None)
        address = _inference(services) if goes else no_update
        look = True, outcome.icon, outcome.duration_ms
        return *look, outcome.sentence, style, undoable, address, (changes or 0) + 1


def _asking(controls: Controls) -> list[str]:
    return [controls.activate, *([controls.tries] if controls.tries else [])]


def _read(shape: type[Shape], data: object) -> Shape:
    try:
        return shape.model_validate(data)
    except ValidationError as error:  # nothing has been asked for, or not by a page of ours
        raise PreventUpdate from error


def _who_know(services: Services, model_id: str) -> ModelList | None:
    """The models, read again where this one is not among them: what is not known must not pass for harmless."""
    patience = services.settings.patience_seconds
    models = services.model_views.view(patience).models
    if models is not None and models.get(model_id) is None:
        models = services.model_views.refreshed(patience).models
    return models


def _say(controls: Controls, outcome: Outcome) -> None:
    """Puts this on the toast, which is another callback's otherwise; assets/models.js closes what is there before."""
    parts = {
        controls.part("said"): {"children": outcome.sentence},
        controls.part("undo"): {"style": HIDDEN},
        controls.part("toast"): {"icon": outcome.icon, "duration": outcome.duration_ms, "is_open": True},
    }
    set_props(controls.part("refusal"), {"data": {"toast": controls.part("toast"), "parts": parts}})


def _differ(model: Model, active: Model) -> bool:
    return None not in (model.env_id, active.env_id) and model.env_id != active.env_id


def _inference(services: Services) -> str:
    """Where an active model can be tried."""
    elsewhere = services.settings.inference_ui_url
    return href("/inference", play="1") if elsewhere is None else without_credentials(str(elsewhere))
