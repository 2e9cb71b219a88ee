"""The tile of the active model: which one serves, how good it is, since when, and who activated it."""

from collections.abc import Sequence
from typing import Any, Final

from dash import html

from components import notices
from components.front.front import figure
from components.links import href, model_href
from components.models.model_groups import rating
from components.models.model_list import measured_text
from components.texts import words
from components.texts.language import _, around, ngettext
from domain.registry.models import Activation, Model

MAX_OTHERS: Final = 6


def active_models(model: Model, activation: Activation | None, others: Sequence[Model], *, serves: bool) -> list[Any]:
    """Returns one active model, and below it those of other registered models; for `serves` see `active_model`."""
    return [*active_model(model, activation, serves=serves), *_others(others)]


def active_model(model: Model, activation: Activation | None, *, serves: bool = True) -> list[Any]:
    """Returns the active model; `serves`.

    It belongs to the first registered model, which is watched unless another is chosen.
    """
    watched = {} if serves else {"model": model.id}
    return [
        html.P(
            [
                html.A(_("Model %(id)s", id=model.id), href=model_href(model.id), className="fw-bold"),
                html.Span(model.algorithm or words.MISSING, className="text-body-secondary"),
                _figure(model),
            ],
            className="d-flex flex-wrap gap-2 align-items-baseline mb-1",
        ),
        _measured(model),
        html.P(_since(activation), className="small text-body-secondary mb-2"),
        html.A(_("Watch it act"), href=href("/inference", play="1", **watched), className="btn btn-sm btn-primary"),
    ]


def _others(models: Sequence[Model]) -> list[Any]:
    """Returns the active models of other registered models, a line each."""
    if not models:
        return []
    left = len(models) - MAX_OTHERS
    more = ngettext("and %(count)s more", "and %(count)s more", left, count=words.count(left))
    return [
        html.H3(_("Also active"), className="h6 mt-3 mb-1"),
        html.Ul(
            [
                *(html.Li(_line(model), className="d-flex flex-wrap gap-2") for model in models[:MAX_OTHERS]),
                *([html.Li(html.A(more, href=href("/models")))] if left > 0 else []),
            ],
            className="list-unstyled small mb-0",
        ),
    ]


def _line(model: Model) -> list[Any]:
    watch = html.A(
        _("Watch"),
        href=href("/inference", play="1", model=model.id),
        className="ms-auto",
        **{"aria-label": _("Watch model %(id)s act", id=model.id)},
    )
    env = html.Span(" · ".join(filter(None, [model.env_id, rating(model)])), className="text-body-secondary")
    return [html.A(_("Model %(id)s", id=model.id), href=model_href(model.id)), env, watch]


def _figure(model: Model) -> Any:
    """Returns the success rate, or the mean return if that is all that is known."""
    if model.success_rate is None and model.mean_return is not None:
        return figure(_("Mean return"), words.number(model.mean_return), "tile-figure ms-auto")
    return figure(_("Success rate"), words.percent(model.success_rate), "tile-figure ms-auto")


def no_active_model(models: int) -> list[Any]:
    """Returns what to do if no model is active."""
    if models:
        return [
            html.P(_("No model is active yet: choose one and activate it."), className="mb-2"),
            html.A(_("Choose a model"), href=href("/models"), className="btn btn-sm btn-primary"),
        ]
    return [
        html.P(_("No model has been registered yet. A training registers one when it ends:"), className="mb-1"),
        notices.training_hint("mb-0 small"),
    ]


def _measured(model: Model) -> html.P:
    if model.success_rate is None and model.mean_return is not None:
        return html.P(_("Mean return of an episode."), className="small mb-1")
    if model.success_rate is None:
        return html.P(_("Its success rate is not known."), className="small mb-1")
    if model.measured is None:
        return html.P(_("Success rate as registered, not measured by Clew."), className="small mb-1")
    return html.P(measured_text(model.measured), className="small mb-1")


def _since(activation: Activation | None) -> list[Any]:
    if activation is None:
        return [_("When it became active was not recorded.")]
    since = notices.moment(words.unix_ms(activation.at))
    if activation.by is None:
        return around(_("Active since {since}."), since=since)
    return around(_("Active since {since}, by {by}."), since=since, by=html.Strong(activation.by))
