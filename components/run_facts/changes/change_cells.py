"""A changed value in a table cell: the value, its difference from the first run's, and whether that is better."""

import math
from typing import Any

from dash import html

from components.run_facts.logged_values import value_text
from components.texts import words
from components.texts.language import _
from domain.run_facts.differing import DIFFERENT, Cell, Kind
from domain.run_facts.metric_changes import MetricCell, Verdict
from domain.tracking.tool_names import RATES
from domain.tracking.vocabulary import MetricWord


def text_cell(cell: Cell) -> html.Td:
    """Returns the cell of a parameter or tag; more than a colour shows the kind of change."""
    content: list[Any] = [words.MISSING if cell.value is None else value_text(cell.value)]
    kinds = {Kind.ADDED: _("added"), Kind.REMOVED: _("removed"), Kind.REWRITTEN: _("the same, written differently")}
    if cell.kind in kinds:
        content += [" ", html.Span(kinds[cell.kind], className="key")]
    return html.Td(content, className="changed-value" if cell.kind in DIFFERENT else "")


def metric_cell(word: MetricWord | None, cell: MetricCell) -> html.Td:
    """Returns a metric's last value, followed by its gain or loss."""
    content: list[Any] = [html.Span(_value(word, cell.value))]
    if cell.difference is not None and cell.difference:
        content += [" ", html.Span(_difference(word, cell), className="key")]
    if cell.verdict is not None:
        content += [" ", _verdict(cell.verdict)]
    return html.Td(content)


def _value(word: MetricWord | None, value: float | None) -> str:
    if value is not None and not math.isfinite(value):
        return {"nan": "NaN", "-inf": "−inf"}.get(str(value), "inf")
    is_share = word in RATES and value is not None and 0 <= value <= 1
    return words.percent(value) if is_share else words.number(value)


def _difference(word: MetricWord | None, cell: MetricCell) -> str:
    difference = cell.difference or 0.0
    if word in RATES and abs(difference) <= 1:
        return _("%(points)s points", points=_signed(words.decimal(abs(difference) * 100, 1), difference))
    content = _signed(words.number(abs(difference)), difference)
    if cell.share is None:
        return content
    return f"{content}; {_signed(_percent(abs(cell.share)), difference)}"


def _percent(share: float) -> str:
    """Writes a change in per cent; very large changes without decimals."""
    return words.percent(share) if share < 10 else _("%(number)s %%", number=words.number(share * 100))


def _signed(number: str, value: float) -> str:
    return ("−" if math.copysign(1, value) < 0 else "+") + number


def _verdict(verdict: Verdict) -> html.Span:
    if verdict is Verdict.BETTER:
        return html.Span(["▲ ", _("better")], className="change-better")
    return html.Span(["▼ ", _("worse")], className="change-worse")
