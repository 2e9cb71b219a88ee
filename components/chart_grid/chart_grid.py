"""The placeholder of a grid of charts, and the data with which its scripts start."""

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from components import ids
from components.chart_grid.grid_address import GridAddress
from components.chart_grid.grid_texts import grid_texts
from components.charts.chart_config import chart_config
from components.charts.chart_controls import BY_ITSELF
from domain.charts.chart_options import ChartOptions
from domain.tracking.vocabulary import MetricWord

_BUTTONS = ["zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "autoScale2d"]


def chart_grid(place: str) -> html.Div:
    """Returns the placeholder of the charts of `place` ("compare" or "run")."""
    return html.Div(id=ids.grid(place), className="chart-grid", hidden=True)


def grid_stores(
    place: str, preset: Sequence[MetricWord], address: GridAddress, options: ChartOptions, most_runs: int
) -> list[dcc.Store]:
    """Returns the stores of the grid: its initial charts, how they are drawn, and what its script reports to Dash."""
    begin = {
        "place": place,
        "preset": list(preset),
        "specs": address.charts,
        "open": address.sections,
        "options": options_data(options, address),
        "most": most_runs,
        "texts": grid_texts(),
        "config": chart_config(_BUTTONS) | {"responsive": False, "doubleClick": "autosize"},
    }
    return [
        dcc.Store(id=ids.grid_begin(place), data=begin),
        dcc.Store(id=ids.options(place), data=begin["options"]),
        dcc.Store(id=ids.grid_shown(place)),
    ]


def options_data(options: ChartOptions, address: GridAddress) -> dict[str, Any]:
    """Returns the options as the browser keeps them: with the window of the address.

    The axis is `BY_ITSELF` unless the options set one explicitly.
    """
    data = options.model_copy(update={"window": address.window}).model_dump(mode="json")
    return data if "axis" in options.model_fields_set else data | {"axis": BY_ITSELF}


def options_of(data: dict[str, Any]) -> ChartOptions:
    """Returns the options that the browser sent."""
    return ChartOptions.model_validate({name: value for name, value in data.items() if value != BY_ITSELF})
