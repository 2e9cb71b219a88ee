"""The state of a chart grid in the address: its charts in order, the open sections, the visible range of the x axis."""

import math
from collections.abc import Mapping
from typing import NamedTuple, Self

from domain.charts.chart_spec import ChartSpec
from domain.charts.curves import Window
from domain.errors import BadInput

# A parsed query string: a repeated name has a list of values.
Query = Mapping[str, str | list[str]]


class GridAddress(NamedTuple):
    """The charts as text, None for the preset; the open sections; the window; the names of invalid parameters."""

    charts: list[str] | None = None
    sections: list[str] = []  # noqa: RUF012
    window: Window = Window()
    odd: list[str] = []  # noqa: RUF012

    @classmethod
    def of(cls, query: Query) -> Self:
        """Reads the query; invalid values are left out, and their names are kept."""
        requested = _all(query, "chart")
        charts = [text for text in requested if _is_chart(text)]
        ends = {name: _number(_all(query, name)) for name in ("x_from", "x_to")}
        odd = [name for name, end in ends.items() if _all(query, name) and end is None]
        odd += ["chart"] if len(charts) < len(requested) else []
        window = Window(x_from=ends["x_from"], x_to=ends["x_to"])
        return cls(charts or None, _all(query, "open"), window, odd)


def _all(query: Query, name: str) -> list[str]:
    values = query.get(name, [])
    return list(dict.fromkeys(one for one in ([values] if isinstance(values, str) else values) if one))


def _is_chart(text: str) -> bool:
    """Returns whether the text describes a chart.

    The browser could not draw an invalid chart, nor those after it.
    """
    try:
        ChartSpec.parse(text)
    except BadInput:
        return False
    return True


def _number(values: list[str]) -> float | None:
    try:
        number = float(values[-1]) if values else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None
