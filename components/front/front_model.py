"""The tile of the active model: which one serves, how good it is, since when, and by whose hand."""

from typing import Any

from dash import html

from components import notices
from components.front.front import figure
from components.links import href, model_href
from components.models.model_list import measured_text
from components.texts import words
from components.texts.language import _, around
from domain.registry.models import Activation, Model


def active_model(model: Model, activation: Activation | None) -> list[Any]:
    """The active model."""
    return [
        html.P(
            [
                html.A(_("Model %(id)s", id=model.id), href=model_href(model.id), className="fw-bold"),
                html.Span(model.algorithm or words.MISSING, className="text-body-secondary"),
                figure(_("Success rate"), words.percent(model.success_rate), "tile-figure ms-auto"),
            ],
            className="d-flex flex-wrap gap-2 align-items-baseline mb-1",
        ),
        _measured(model),
        html.P(_since(activation), className="small text-body-secondary mb-2"),
        html.A(_("Watch it act"), href=href("/inference", play="1"), className="btn btn-sm btn-primary"),
    ]


def no_active_model(models: int) -> list[Any]:
    """What to do where nothing serves."""
    if models:
        return [
            html.P(_("No model is active yet: choose one and activate it."), className="mb-2"),
            html.A(_("Choose a model"), href=href("/models"), className="btn btn-sm btn-primary"),
        ]
    return [
        html.P(_("No model has been registered yet. A training registers one when it ends:"), className="mb-1"),
        notices.how_to_train("mb-0 small"),
    ]


def _measured(model: Model) -> html.P:
    if model.success_rate is None:
        return html.P(_("Its success rate is not known."), className="small mb-1")
    if model.measured is None:
        return html.P(_("Success rate as registered, not measured by Clew."), className="small mb-1")
    return html.P(measured_text(model.measured), className="small mb-1")


def _since(activation: Activation | None) -> list[Any]:
    if activation is None:
        return [_("Since when it is active has not been recorded.")]
    since = notices.moment(words.unix_ms(activation.at))
    if activation.by is None:
        return around(_("Active since {since}."), since=since)
    return around(_("Active since {since}, by {by}."), since=since, by=html.Strong(activation.by))
