"""The history of the GPUs as a figure: a line for each group, with gaps; the browser converts to local time."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from components.charts.names import plotly_text
from components.colours import DASHES, PALETTE
from components.fleet.fleet_words import group_label, measure_axis, measure_name
from domain.fleet.lines import Line
from domain.fleet.queries import FleetQuery
from domain.fleet.series import Column, Measure, Steps

MAX_LINES: Final = 32
_GREY: Final = "rgba(128,128,128,0.25)"
_MIB_PER_GIB: Final = 1024
_MAX_IN_LEGEND: Final = 12
_MAX_WIDE: Final = 88  # an owner, a run and an experiment


def history_figure(question: FleetQuery, steps: Steps, lines: Sequence[Line]) -> dict[str, Any]:
    """Returns the chart of the first `MAX_LINES` of `lines`."""
    styles = [(colour, dash) for dash in DASHES for colour in PALETTE]
    drawn = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": plotly_text(group_label(dict(line.key)), _MAX_WIDE),
            "x0": steps.since_ms + steps.step_ms // 2,
            "dx": steps.step_ms,
            "y": _values(line.values, question.measure),
            "connectgaps": False,
            "line": {"color": styles[place % len(styles)][0], "dash": styles[place % len(styles)][1], "width": 1.5},
        }
        for place, line in enumerate(lines[:MAX_LINES])
    ]
    return {"data": drawn, "layout": _layout(question, steps, len(drawn))}


def empty_figure(text: str) -> dict[str, Any]:
    """Returns an empty chart that shows the reason."""
    middle = {"xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5, "showarrow": False}
    layout = _layout(FleetQuery(), None, 0)
    return {"data": [], "layout": layout | {"annotations": [middle | {"text": text, "font": {"size": 13}}]}}


def _values(values: Column, measure: Measure) -> list[float | None]:
    shown = values / _MIB_PER_GIB if measure is Measure.MEMORY_USED else values
    return [None if np.isnan(value) else round(float(value), 2) for value in shown]


def _layout(question: FleetQuery, steps: Steps | None, lines: int) -> dict[str, Any]:
    axis = {"gridcolor": _GREY, "zerolinecolor": _GREY, "linecolor": _GREY, "visible": steps is not None}
    span = {} if steps is None else {"range": [steps.since_ms, steps.until_ms], "autorange": False}
    percent = {"range": [-2, 102]} if question.measure is Measure.UTILIZATION else {"rangemode": "tozero"}
    return {
        "title": {"text": measure_name(question.measure), "x": 0, "xref": "paper", "font": {"size": 14, "weight": 600}},
        "xaxis": axis | {"type": "date", "nticks": 6} | span,
        "yaxis": axis | percent | {"title": {"text": measure_axis(question.measure)}, "fixedrange": True},
        "margin": {"l": 60, "r": 12, "t": 40, "b": 72},
        "hovermode": "closest" if lines > _MAX_IN_LEGEND else "x unified",
        "showlegend": 0 < lines <= _MAX_IN_LEGEND,
        "legend": {"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom", "x": 0},
        "paper_bgcolor": "#fff",
        "plot_bgcolor": "#fff",
        "font": {"family": "system-ui, sans-serif", "color": "#212529"},
        "annotations": [],
    }
