"""The models made from a run, and the datasets it used, as parts of its page."""

from collections.abc import Sequence
from typing import Any

from dash import html

from components.links import model_href
from components.models.model_groups import rating
from components.notices import moment
from components.run_facts.logged_values import Part, more, value_text
from components.texts import words
from components.texts.language import _
from domain.registry.models import Model, ModelState
from domain.run_facts.datasets import Dataset

_BADGES = {ModelState.ACTIVE: "text-bg-success", ModelState.INACTIVE: "text-bg-secondary"}


def models(made: Sequence[Model], most: int) -> Part:
    """Returns the models that were made from a run, with the state they have in the list of models."""
    head = [_("Model"), _("Registered model"), _("State"), _("Success rate"), _("Trained at")]
    rows = [
        [
            html.A(model.id, href=model_href(model.id)),
            model.name or words.MISSING,
            html.Span(words.model_state(model.state), className=f"badge {_BADGES.get(model.state, 'text-bg-danger')}"),
            rating(model) or words.MISSING,
            moment(words.unix_ms(model.trained_at)),
        ]
        for model in made[:most]
    ]
    return Part([part_table(_("Models made from it"), head, rows), more(most, len(made))], len(made))


def datasets(found: Sequence[Dataset], most: int) -> Part:
    """Returns the datasets that a run logged to MLflow."""
    head = [_("Name"), _("Purpose"), _("Digest"), _("Kind"), _("Source")]
    rows = [
        [
            one.name or words.MISSING,
            one.context or words.MISSING,
            html.Code(one.digest) if one.digest else words.MISSING,
            one.source_type or words.MISSING,
            value_text(one.source) if one.source else words.MISSING,
        ]
        for one in found[:most]
    ]
    return Part([part_table(_("Datasets"), head, rows), more(most, len(found))], len(found))


def part_table(name: str, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> html.Div:
    """Returns a table with these headings."""
    heads = html.Thead(html.Tr([html.Th(text, scope="col") for text in head]))
    body = html.Tbody([html.Tr([html.Td(cell) for cell in row]) for row in rows])
    table = html.Table([heads, body], className="table table-sm lineage", **{"aria-label": name})
    return html.Div(table, className="table-responsive", tabIndex=0, role="region", **{"aria-label": name})
