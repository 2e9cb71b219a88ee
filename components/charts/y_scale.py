"""How the y axis is scaled: as it is, by Plotly's logarithm, or by one that has a place for what is not above zero."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from components.texts import words
from components.texts.language import _
from domain.charts.chart_options import ChartOptions
from domain.charts.chart_spec import ChartSpec
from domain.charts.symmetric_log import SymmetricLog, symmetric_log


class YScale(NamedTuple):
    """Plotly's own scale, where `symmetric` is None; else the places of values on that one are what is drawn."""

    symmetric: SymmetricLog | None

    def said(self) -> list[str]:
        """What the chart says of it."""
        if self.symmetric is None:
            return []
        return [
            _("logarithmic on both sides of 0, linear within ±%(limit)s", limit=words.number(self.symmetric.linear))
        ]

    def axis(self, traces: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """What it makes of the y axis of a chart of `traces`, whose y are still values [n]."""
        if self.symmetric is None:
            return {}
        drawn = [trace["y"][np.isfinite(trace["y"])] for trace in traces]
        ends = [float(end) for y in drawn if len(y) for end in (y.min(), y.max())] or [0.0]
        ticks = self.symmetric.ticks(min(ends), max(ends))
        return {
            "type": "linear",
            "tickmode": "array",
            "tickvals": self.symmetric.at(np.array(ticks)).tolist(),
            "ticktext": [words.number(tick) for tick in ticks],
            "uirevision": f"symmetric {self.symmetric.linear}",
        }

    def placed(self, trace: dict[str, Any]) -> dict[str, Any]:
        """The trace with its y where they are drawn, and the values themselves beside, for who hovers."""
        if self.symmetric is None:
            return dict(trace)
        values: NDArray[np.float64] = trace["y"]
        placed = trace | {"y": self.symmetric.at(values)}
        if not trace.get("hovertemplate"):
            return placed
        true = [float(value) if np.isfinite(value) else None for value in values.tolist()]
        known = trace.get("customdata") or [[] for _value in true]
        rows = [[*row, value] for row, value in zip(known, true, strict=True)]
        at = f"%{{customdata[{len(known[0]) if known else 0}]:.4g}}"
        template = trace["hovertemplate"].replace("%{y:.4g}", at)
        return placed | {"customdata": rows, "hovertemplate": template, "meta": trace["meta"] | {"placed": True}}


LINEAR: Final = YScale(None)


def y_scale_of(values: Iterable[NDArray[np.float64]], traces: Sequence[dict[str, Any]]) -> YScale:
    """The scale of a logarithmic chart of lines with these `values`, drawn, with their bands, as `traces`."""
    drawn = (trace["y"][np.isfinite(trace["y"])] for trace in traces)
    return YScale(symmetric_log([*values, *drawn]))


def own_range(spec: ChartSpec, y_scale: YScale, options: ChartOptions) -> dict[str, Any]:
    """What the range that a chart was given makes of its y axis; on a logarithm an end that is not above 0 is none."""
    ends = [_place(end, y_scale, options.log_y) for end in (spec.y_from, spec.y_to)]
    if ends == [None, None]:
        return {}
    return {"range": ends, "uirevision": f"{options.log_y} {ends}"} | ({} if None in ends else {"autorange": False})


def _place(end: float | None, y_scale: YScale, log_y: bool) -> float | None:
    if end is None or not log_y:
        return end
    if y_scale.symmetric is not None:
        return float(y_scale.symmetric.at(np.array([end]))[0])
    return float(np.log10(end)) if end > 0 else None
