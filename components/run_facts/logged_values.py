"""Logged values in tables: long ones are folded, long tables are searchable and shown in portions."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from dash import html

from components.texts import words
from components.texts.language import _

SHOWN_AT_FIRST: Final = 25
MORE_AT_ONCE: Final = 500
_LONGEST: Final = 240
_BEGINNING: Final = 120

Pair = tuple[str, str]


class Part(NamedTuple):
    """A part of a run's page: its content, and its number of entries."""

    body: list[Any]
    entries: int


def matching_pairs(pairs: Iterable[Pair], typed: str) -> list[Pair]:
    """Returns the pairs whose name or value contains the text, ignoring case."""
    part = typed.strip().casefold()
    return [pair for pair in pairs if part in pair[0].casefold() or part in pair[1].casefold()]


def value_table(pairs: Sequence[Pair], name: str) -> html.Div:
    """Draws names and values, a row each."""
    rows = [html.Tr([html.Th(key, scope="row"), html.Td(value_text(value))]) for key, value in pairs]
    table = html.Table(html.Tbody(rows), className="table table-sm parameters", **{"aria-label": name})
    return html.Div(table, className="table-responsive")


def value_text(value: str) -> Any:
    """Returns the value; a long one shows its beginning and can be opened."""
    if len(value) <= _LONGEST:
        return html.Code(value)
    length = _("%(n)s characters", n=words.count(len(value)))
    return html.Details(
        [
            html.Summary([html.Code(value[:_BEGINNING] + "…"), " ", html.Span(length, className="key")]),
            html.Code(value, tabIndex=0),
        ],
        className="long-value",
    )


def found_text(found: int, entries: int, typed: str) -> html.P | None:
    """Returns how many entries a search found; None without a search."""
    if not typed.strip():
        return None
    text = _("%(found)s of %(all)s", found=words.count(found), all=words.count(entries))
    return html.P(text, className="small text-body-secondary mb-1")


def more(shown: int, found: int) -> html.Button | None:
    """Returns the button behind a shortened table; assets/run_facts.js then asks for `data-most` entries."""
    if found <= shown:
        return None
    left = min(MORE_AT_ONCE, found - shown)
    return html.Button(
        _("Show %(n)s more of %(all)s", n=words.count(left), all=words.count(found)),
        className="btn btn-sm btn-outline-secondary mb-2",
        type="button",
        **{"data-most": str(shown + left)},
    )
