"""The scale of the y axis: linear, Plotly's logarithm, or a custom scale for values that these cannot show.

Plotly's logarithm cannot show zero and negative values, its linear axis none near the largest float.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from components.texts import words
from components.texts.language import _
from domain.charts.chart_options import ChartOptions
from domain.charts.chart_spec import ChartSpec
from domain.charts.symmetric_log import SymmetricLog, symmetric_log
from domain.charts.wide_scale import WideScale, wide_scale


class YScale(NamedTuple):
    """Plotly's own scale if `other` is None; else values are drawn at their positions on that custom scale."""

    other: SymmetricLog | WideScale | None

    def sentences(self) -> list[str]:
        """Returns sentences that explain the scale to the reader."""
        if not isinstance(self.other, SymmetricLog):
            return []
        return [_("logarithmic on both sides of 0, linear within ±%(limit)s", limit=words.number(self.other.linear))]

    def axis(self, traces: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """Returns the layout of the y axis for `traces`, whose y are still values [n]; empty for Plotly's own scale."""
        if self.other is None:
            return {}
        drawn = [trace["y"][np.isfinite(trace["y"])] for trace in traces]
        ends = [float(end) for y in drawn if len(y) for end in (y.min(), y.max())] or [0.0]
        ticks = self.other.ticks(min(ends), max(ends))
        return {
            "type": "linear",
            "tickmode": "array",
            "tickvals": self.other.at(np.array(ticks)).tolist(),
            "ticktext": [words.number(tick).replace("e+", "e") for tick in ticks],  # the margin is narrow
            "uirevision": f"{self.other}",
        }

    def placed(self, trace: dict[str, Any]) -> dict[str, Any]:
        """Returns the trace with its y placed on the scale, and the values themselves for the hover label."""
        if self.other is None:
            return dict(trace)
        values: NDArray[np.float64] = trace["y"]
        placed = trace | {"y": self.other.at(values)}
        if not trace.get("hovertemplate"):
            return placed
        true = [float(value) if np.isfinite(value) else None for value in values.tolist()]
        known = trace.get("customdata") or [[] for _value in true]
        rows = [[*row, value] for row, value in zip(known, true, strict=True)]
        at = f"%{{customdata[{len(known[0]) if known else 0}]:.4g}}"
        template = trace["hovertemplate"].replace("%{y:.4g}", at)
        return placed | {"customdata": rows, "hovertemplate": template, "meta": trace["meta"] | {"placed": True}}


def y_scale_of(values: Iterable[NDArray[np.float64]], traces: Sequence[dict[str, Any]], *, log_y: bool) -> YScale:
    """Returns the scale of a chart of lines with these `values`, drawn, with their bands, as `traces`."""
    drawn = [*values, *(trace["y"][np.isfinite(trace["y"])] for trace in traces)]
    return YScale(symmetric_log(drawn) if log_y else wide_scale(drawn))


def own_range(spec: ChartSpec, y_scale: YScale, options: ChartOptions) -> dict[str, Any]:
    """Returns the layout of the y axis for the range that the chart specification sets.

    On a logarithmic axis an end that is not above 0 is ignored.
    """
    ends = [_place(end, y_scale, options.log_y) for end in (spec.y_from, spec.y_to)]
    if ends == [None, None]:
        return {}
    return {"range": ends, "uirevision": f"{options.log_y} {ends}"} | ({} if None in ends else {"autorange": False})


def _place(end: float | None, y_scale: YScale, log_y: bool) -> float | None:
    if end is None:
        return None
    if y_scale.other is not None:
        return float(y_scale.other.at(np.array([end]))[0])
    if not log_y:
        return end
    return float(np.log10(end)) if end > 0 else None
