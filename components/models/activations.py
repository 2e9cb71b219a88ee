"""The history of activations: who made which model active, with a button that activates it again."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from components import notices
from components.links import model_href
from components.permissions import refusal_of
from components.texts import words
from components.texts.language import _
from components.texts.translate import translate
from domain.access.rules import Access
from domain.registry.changes import ChangeVerb
from domain.registry.models import MAX_ACTIVATIONS, Activation, Model, ModelList, ModelState, archive_of

MAX_SHOWN = 20


def activations(history: Sequence[Activation], models: ModelList, model_name: str) -> html.Details | None:
    """Returns who made which model active, and when, the newest first, with a button to activate each existing one
    again.

    Where older ones are left out, it links to them; that takes `model_name`, the registered model's.
    """
    if not history:
        return None
    change = _("Change of success or return")
    head = [_("When"), _("Model"), _("Previous model"), change, _("By"), _("Reason"), ""]
    rows = [
        html.Tr(
            [
                html.Td(notices.moment(words.unix_ms(activation.at)), className="text-nowrap"),
                html.Td(html.A(activation.model_id, href=model_href(activation.model_id))),
                html.Td(_linked(activation.former_id)),
                html.Td(_gain(activation), className="text-end"),
                html.Td(activation.by or words.MISSING),
                html.Td(_reason(activation)),
                html.Td(_again(models.get(activation.model_id)), className="text-nowrap"),
            ]
        )
        for activation in history[:MAX_SHOWN]
    ]
    table = dbc.Table(
        [
            html.Thead(html.Tr([_heading(text, is_number=text == change) for text in head])),
            html.Tbody(rows),
        ],
        size="sm",
        hover=True,
    )
    return html.Details(
        [
            html.Summary(_("Activations so far"), className="h5 mt-3"),
            html.Div(table, className="table-responsive"),
            *_older(history, model_name),
        ],
        open=True,
    )


def _heading(text: str, *, is_number: bool) -> html.Th:
    return html.Th(text, scope="col", className="text-nowrap text-end" if is_number else "text-nowrap")


def _older(history: Sequence[Activation], model_name: str) -> list[Any]:
    """Returns where to find the activations that are not shown.

    The API returns only the newest of each registered model.
    """
    parts, known = [], len(history)
    if known > MAX_SHOWN:
        parts.append(
            _(
                "The newest %(shown)s are shown; /api/models/history returns the newest %(known)s.",
                shown=MAX_SHOWN,
                known=known,
            )
        )
    counts = Counter(activation.name or model_name for activation in history)
    parts += [
        _("Older ones are in the tags of the registered model %(name)s in MLflow.", name=archive_of(name))
        for name, count in counts.items()
        if count >= MAX_ACTIVATIONS
    ]
    return [html.P(" ".join(parts), className="small text-body-secondary")] if parts else []


def _reason(activation: Activation) -> str:
    """Returns why it was activated, and whether it overruled a deletion."""
    parts = [activation.reason] if activation.reason else []
    if activation.overrules_deletion:
        parts.append(words.overruled_deletion())
    return " · ".join(parts) or words.MISSING


def _again(model: Model | None) -> Any:
    """Returns a button that activates a former model again; a deleted one has to be restored first."""
    if model is None or model.state is not ModelState.INACTIVE:
        return None
    label = _("Activate model %(id)s again", id=model.id)
    refused = refusal_of(Access.WRITE)
    return html.Button(
        _("Activate again"),
        type="button",
        className="btn btn-link btn-sm p-0 model-writes",
        disabled=refused is not None,
        title=None if refused is None else translate(refused),
        **{"data-change": ChangeVerb.ACTIVATE, "data-model": model.id, "aria-label": label},
    )


def _linked(model_id: str | None) -> Any:
    return words.MISSING if model_id is None else html.A(model_id, href=model_href(model_id))


def _gain(activation: Activation) -> str:
    """Returns by how much the success rate rose, or the return if the environment has no success rate."""
    if (gain := activation.gain) is not None:
        return _("%(points)s points", points=f"{gain * 100:+.1f}")
    if (gained := activation.gained_return) is not None:
        return _("return %(change)s", change=f"{gained:+.4g}")
    return words.MISSING
