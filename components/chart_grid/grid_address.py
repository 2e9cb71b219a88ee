"""What an address says of a grid: its charts in their order, the open sections, the part of the x axis that is seen."""

import math
from collections.abc import Mapping
from typing import NamedTuple, Self

from domain.charts.chart_spec import ChartSpec
from domain.charts.curves import Window
from domain.errors import BadInput

# As a query has it: of a repeated name a list.
Query = Mapping[str, str | list[str]]


class GridAddress(NamedTuple):
    """The charts as texts, None for the preset; the open sections; the window; names that say something odd."""

    charts: list[str] | None = None
    sections: list[str] = []  # noqa: RUF012
    window: Window = Window()
    odd: list[str] = []  # noqa: RUF012

    @classmethod
    def of(cls, query: Query) -> Self:
        """Reads the query; what makes no sense is left out, and named."""
        asked = _all(query, "chart")
        charts = [text for text in asked if _is_chart(text)]
        ends = {name: _number(_all(query, name)) for name in ("x_from", "x_to")}
        odd = [name for name, end in ends.items() if _all(query, name) and end is None]
        odd += ["chart"] if len(charts) < len(asked) else []
        window = Window(x_from=ends["x_from"], x_to=ends["x_to"])
        return cls(charts or None, _all(query, "open"), window, odd)


def _all(query: Query, name: str) -> list[str]:
    values = query.get(name, [])
    return list(dict.fromkeys(one for one in ([values] if isinstance(values, str) else values) if one))


def _is_chart(text: str) -> bool:
    """Returns whether it describes one.

    Of one that does not, the browser could make no place, nor of those behind it.
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
