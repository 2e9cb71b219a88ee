"""A summary of the registered models: their environments, number of versions, and active version."""

from itertools import groupby
from operator import attrgetter
from typing import Any

from dash import html

from components.badges import model_badge
from components.links import model_href
from components.texts import words
from components.texts.language import _, ngettext
from domain.registry.models import Model, ModelList, ModelState


def groups(models: ModelList) -> html.Ul | None:
    """Returns a line for each registered model; None if there is only one, which the list itself shows."""
    if len(models.names) < 2:
        return None
    present = [model for model in models.models if model.state is not ModelState.DELETED]
    of_name = {name: list(of_it) for name, of_it in groupby(present, attrgetter("name"))}  # sorted by name
    lines = [_line(name, of_name.get(name, []), models.active_of(name)) for name in models.names]
    return html.Ul(lines, className="model-groups list-unstyled", **{"aria-label": _("Registered models")})


def rating(model: Model) -> str | None:
    """Returns the success rate, else the mean return; None if neither is known."""
    if model.success_rate is not None:
        return words.percent(model.success_rate)
    return None if model.mean_return is None else _("return %(number)s", number=words.number(model.mean_return))


def _line(name: str, models: list[Model], active: Model | None) -> html.Li:
    environments = sorted({model.env_id for model in models if model.env_id})
    counted = ngettext("%(count)s model", "%(count)s models", len(models), count=words.count(len(models)))
    facts = " · ".join([*environments, counted])
    return html.Li([html.Strong(name), html.Span(facts, className="text-body-secondary"), *_active(active)])


def _active(model: Model | None) -> list[Any]:
    if model is None:
        return [html.Span(_("none is active"), className="text-body-secondary")]
    known = [html.A(_("Model %(id)s", id=model.id), href=model_href(model.id)), model_badge(model.state)]
    good = rating(model)
    return known if good is None else [*known, html.Span(good)]
