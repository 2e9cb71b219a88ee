"""The activations so far: who made which model active, and the way back."""

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from components import notices
from components.links import model_href
from components.texts import words
from components.texts.language import _
from domain.registry.changes import ChangeVerb
from domain.registry.models import Activation, Model, ModelList, ModelState

MOST_SHOWN = 20


def activations(history: Sequence[Activation], models: ModelList) -> html.Details | None:
    """Who made which model active, and when, the newest first; and the way back to each that is still there."""
    if not history:
        return None
    head = [_("When"), _("Model"), _("Before"), _("Change of the success rate"), _("By"), _("Reason"), ""]
    rows = [
        html.Tr(
            [
                html.Td(notices.moment(words.unix_ms(activation.at))),
                html.Td(html.A(activation.model_id, href=model_href(activation.model_id))),
                html.Td(_linked(activation.former_id)),
                html.Td(_gain(activation.gain), className="text-end"),
                html.Td(activation.by or words.MISSING),
                html.Td(activation.reason or words.MISSING),
                html.Td(_again(models.get(activation.model_id))),
            ]
        )
        for activation in history[:MOST_SHOWN]
    ]
    table = dbc.Table(
        [html.Thead(html.Tr([html.Th(text, scope="col") for text in head])), html.Tbody(rows)], size="sm", hover=True
    )
    return html.Details(
        [
            html.Summary(_("Activations so far"), className="h5 mt-3"),
            html.Div(table, className="table-responsive"),
        ],
        open=True,
    )


def _again(model: Model | None) -> Any:
    """Makes a former active model active again; a deleted one has to be restored first."""
    if model is None or model.state is not ModelState.INACTIVE:
        return None
    label = _("Activate model %(id)s again", id=model.id)
    return html.Button(
        _("Activate again"),
        type="button",
        className="btn btn-link btn-sm p-0 model-writes",
        **{"data-change": ChangeVerb.ACTIVATE, "data-model": model.id, "aria-label": label},
    )


def _linked(model_id: str | None) -> Any:
    return words.MISSING if model_id is None else html.A(model_id, href=model_href(model_id))


def _gain(gain: float | None) -> str:
    return words.MISSING if gain is None else _("%(points)s points", points=f"{gain * 100:+.1f}")
