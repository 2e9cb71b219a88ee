"""The Plotly traces of one line: the line of a run, its raw values and its end, the band of a group."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from components.charts.names import plotly_text
from components.charts.sentences.line_ends import end_mark
from components.colours import LineStyle
from components.texts import words
from domain.charts.chart_options import ChartOptions
from domain.charts.curves import Column, Curve, VisiblePoints
from domain.charts.seed_curves import SeedCurve

_RAW_OPACITY = 0.25
_BAND_OPACITY = 0.2


class Line(NamedTuple):
    """One named line of a chart: the curve of a run, or those of a group of runs; `raw` is before smoothing.

    The curves' x is in the axis's own unit: steps, counts, Unix ms or seconds. `remark` is a sentence about what is
    not drawn. `group` is the run's name if the line's own name contains the metric. `is_alone`: a single run next to
    groups.
    """

    name: str
    curves: Sequence[Curve]
    raw: Sequence[Curve]
    style: LineStyle
    remark: str | None = None
    group: str | None = None
    is_alone: bool = False


def line_trace(
    line: Line, x: Column, y: NDArray[np.float64], options: ChartOptions, *, named: bool = True
) -> dict[str, Any]:
    """Returns a line through these points, with a legend entry if it is `named`."""
    return {
        "type": "scatter",
        "mode": "markers" if len(x) < 2 else "lines+markers" if line.style.symbol else "lines",
        # Users choose names of runs, and Plotly interprets markup in its texts.
        "name": plotly_text(line.name),
        "meta": {"name": line.name, "run": line.group or line.name},
        "legendgroup": line.name,
        "showlegend": named,
        "x": x,
        "y": y,
        "connectgaps": False,
        "line": {"color": line.style.colour, "dash": line.style.dash, "width": 1.6},
        "marker": {"color": line.style.colour, **_marks(line.style.symbol)},
        "hovertemplate": "%{y:.4g}<extra>%{fullData.name}</extra>",
    }


def _marks(symbol: str | None) -> dict[str, Any]:
    return {} if symbol is None else {"symbol": symbol, "size": 6, "maxdisplayed": 12}


def end_marks(line: Line, curves: Sequence[Curve], options: ChartOptions) -> list[dict[str, Any]]:
    """Returns a mark at each point where a curve ended because what it shows diverged."""
    ended = [curve for curve in curves if curve.diverged is not None and len(curve)]
    if not ended:
        return []
    x, y = np.array([(curve.x[-1], curve.y[-1]) for curve in ended], np.float64).T
    return [line_trace(line, x, y, options, named=False) | end_mark(line.style, ended)]


def faint_trace(line: Line, points: VisiblePoints) -> dict[str, Any]:
    """Returns the raw values, drawn faintly behind the smoothed line."""
    trace = line_trace(line, points.x, points.y, ChartOptions(), named=False)
    return trace | {
        "opacity": _RAW_OPACITY,
        "hoverinfo": "skip",
        "hovertemplate": None,
        "line": trace["line"] | {"width": 1},
    }


def group_traces(line: Line, group: SeedCurve, options: ChartOptions) -> Iterator[dict[str, Any]]:
    """Yields the band of a group of runs, and the line of its centre."""
    banded = np.isfinite(group.low) & np.isfinite(group.high)
    x, low, high = group.x[banded], group.low[banded], group.high[banded]
    yield {
        "type": "scatter",
        "mode": "lines",
        "name": plotly_text(line.name),
        "meta": {"name": line.name},
        "legendgroup": line.name,
        "showlegend": False,
        "x": np.concatenate([x, x[::-1]]),
        "y": np.concatenate([high, low[::-1]]),
        "fill": "toself",
        "fillcolor": line.style.colour,
        "opacity": _BAND_OPACITY,
        "line": {"width": 0},
        "hoverinfo": "skip",
    }
    centre = line_trace(line, group.x, group.centre, options)
    interval = [
        f"{a:.4g} … {b:.4g}" if np.isfinite(a) else words.MISSING for a, b in zip(group.low, group.high, strict=True)
    ]
    yield centre | {
        "customdata": [list(pair) for pair in zip(group.n.tolist(), interval, strict=True)],
        "hovertemplate": "%{y:.4g} [%{customdata[1]}] n=%{customdata[0]}<extra>%{fullData.name}</extra>",
    }
