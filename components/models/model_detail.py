"""The page of one model: its facts, the content of its file, and its buttons."""

from typing import Any, Final

import dash_bootstrap_components as dbc
from dash import html

from components import ids, notices
from components.badges import model_badge
from components.links import href, run_href
from components.models import model_change
from components.models.model_change import button
from components.models.model_list import measured_text
from components.permissions import disabled_unless_allowed, reason
from components.texts import words
from components.texts.language import _, around
from domain.access.rules import Access
from domain.inference.policies import PolicyGraph, TensorShape
from domain.inference.signatures import PolicySignature
from domain.registry.changes import ChangeVerb
from domain.registry.models import Model, ModelState

BUTTONS: Final = (ChangeVerb.ACTIVATE, ChangeVerb.TRY, ChangeVerb.DELETE, ChangeVerb.RESTORE)


def place(model_id: str) -> list[Any]:
    """Returns the page's parts, empty until its callbacks fill them."""
    return [
        html.Div(notices.failure_alert("model"), **{"aria-live": "polite"}),
        html.Div(dbc.Spinner(size="sm"), id=ids.MODEL_FACTS, className="mb-3"),
        disabled_unless_allowed(
            Access.WRITE,
            [
                _button(ChangeVerb.ACTIVATE, _("Activate"), "primary", model_id),
                _button(ChangeVerb.TRY, _("Try it"), "outline-primary", model_id),
                _button(ChangeVerb.DELETE, _("Delete…"), "outline-danger", model_id),
                _button(ChangeVerb.RESTORE, _("Restore"), "outline-secondary", model_id),
            ],
            ids.refused("model"),
        ),
        reason(Access.WRITE, ids.refused("model")),
        html.H2(_("Policy file"), className="h5 mt-3"),
        html.Div([dbc.Spinner(size="sm"), " ", _("Checking the file…")], id=ids.MODEL_POLICY),
    ]


def facts(model: Model) -> list[Any]:
    """Returns the model's head and facts."""
    run = words.MISSING if model.run_id is None else html.A(model.run_id[:8], href=run_href(model.run_id))
    known = [
        *([(_("Registered model"), model.name)] if model.name else []),
        (_("Algorithm"), model.algorithm or words.MISSING),
        (_("Environment"), model.env_id or words.MISSING),
        (_("Trained at"), notices.moment(words.unix_ms(model.trained_at))),
        (_("Success rate"), words.percent(model.success_rate)),
        *([(_("Mean return"), words.number(model.mean_return))] if model.mean_return is not None else []),
        (_("Episodes"), words.count(model.total_episodes)),
        (_("Run"), run),
        (_("ONNX path"), html.Code(model.onnx_path or words.MISSING)),
        *_alias_and_tag_rows(model),
    ]
    title = [html.H1(_("Model %(id)s", id=model.id), className="h3"), model_badge(model.state)]
    measured = None if model.measured is None else html.P(measured_text(model.measured), className="small")
    return [
        html.Div(title, className="page-head"),
        html.Dl([html.Div([html.Dt(name), html.Dd(value)]) for name, value in known], className="facts"),
        measured,
    ]


def _alias_and_tag_rows(model: Model) -> list[tuple[str, Any]]:
    """Returns the model's aliases, tags and description, which Clew shows but never changes."""
    known: list[tuple[str, Any]] = []
    if model.aliases:
        known.append((_("Other aliases"), ", ".join(model.aliases)))
    if model.description:
        known.append((_("Description"), html.Span(model.description, className="model-description")))
    if model.tags:
        known.append((_("Tags"), [html.Div(html.Code(f"{key} = {value}")) for key, value in model.tags.items()]))
    return known


def disabled(model: Model | None) -> dict[ChangeVerb, bool]:
    """Returns for each button whether it is disabled: all are if the model is unknown."""
    if model is None:
        return dict.fromkeys(BUTTONS, True)
    is_deleted = model.state is ModelState.DELETED
    return {
        ChangeVerb.ACTIVATE: model.is_active or is_deleted,
        ChangeVerb.TRY: is_deleted,
        ChangeVerb.DELETE: model.is_active or is_deleted,
        ChangeVerb.RESTORE: not is_deleted,
    }


def policy(graph: PolicyGraph) -> list[Any]:
    """Returns the policy's inputs and outputs and how they are interpreted.

    It passed the check, or could only be loaded.
    """
    known = [
        (_("Inputs"), _tensors(graph.inputs)),
        (_("Outputs"), _tensors(graph.outputs)),
        (_("Size"), _("%(kib)s KiB", kib=words.decimal(graph.size_bytes / 1024, 1))),
        ("SHA-256", html.Code(graph.sha256)),
        *([(_("Read as"), _read_as(graph.signature))] if graph.signature is not None else []),
    ]
    passed = [dbc.Badge(_("checked"), color="success"), " ", _("It loads, fits its environment and answers.")]
    return [
        html.P(passed) if graph.unchecked is None else unusable(model_change.cannot_try_text(graph.unchecked)),
        html.Dl([html.Div([html.Dt(name), html.Dd(value)]) for name, value in known], className="facts"),
    ]


def unusable(cause: str) -> dbc.Alert:
    """Returns why the model's file cannot be shown or activated."""
    return dbc.Alert(cause, color="warning", class_name="py-2")


def waiting(cause: str, since_ms: int) -> dbc.Alert:
    """Draws that the file cannot be checked yet, since a service may be starting."""
    text = _("The file has not been checked yet. %(cause)s.", cause=cause.rstrip(".。"))
    return dbc.Alert([text, *notices.waiting(since_ms)], color="info", class_name="py-2")


def not_found(model_id: str) -> list[Any]:
    """Returns the page for an address with an unknown model."""
    return [
        html.H1(_("No such model"), className="h3"),
        html.P(around(_("There is no model {model}. It may have been removed."), model=html.Code(model_id[:64]))),
        html.A(_("Show all models"), href=href("/models")),
    ]


def _button(verb: ChangeVerb, text: str, look: str, model_id: str) -> html.Button:
    return button(ids.change(verb), verb, text, look, model_id)


def _read_as(signature: PolicySignature) -> list[Any]:
    """Returns the purpose of each tensor, in the words of the tag."""
    inputs = [(one.name, one.part or one.role.value) for one in signature.inputs]
    meanings = [*inputs, *((one.name, one.meaning.value) for one in signature.outputs)]
    return [html.Div([html.Code(name), f": {what}"]) for name, what in meanings]


def _tensors(tensors: tuple[TensorShape, ...]) -> list[Any]:
    return [html.Div(html.Code(str(tensor))) for tensor in tensors]
