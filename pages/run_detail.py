"""/mlflow/runs/<run_id>: one run."""

from typing import Any

import dash
from dash import dcc

from components import frame, ids
from components.chart_grid.chart_grid import grid_stores
from components.chart_grid.grid_address import GridAddress
from components.runs import run_detail
from components.texts.language import _
from components.ui_settings import UiSettings, page
from domain.charts.chart_options import ChartOptions
from domain.tracking.compared import is_run_id


@page
def layout(ui: UiSettings, /, run_id: str = "", **other: str | list[str]) -> list[Any]:
    """Returns the page of the run with this id; an invalid id is reported at once."""
    if not is_run_id(run_id):
        return run_detail.not_found(run_id)
    # Unlike the comparison, this page has no place to report invalid options.
    options, _odd = ChartOptions.from_address(other)
    return [
        *run_detail.place(options),
        *grid_stores("run", run_detail.WORDS, GridAddress.of(other), options, 1),
        frame.ticker("run", ui),
        dcc.Store(id=ids.RUN_ID, data=run_id),
        dcc.Store(id=ids.RUN_DRAWN),
        dcc.Store(id=ids.RUN_PARTS_SHOWN),
        dcc.Store(id=ids.RUN_CHANGES_SHOWN),
        dcc.Store(id=ids.RUN_EDITS_SHOWN),
        dcc.Store(id=ids.RUN_ARTIFACTS_SHOWN),
        dcc.Store(id=ids.RUN_CONSOLE_SHOWN),
    ]


dash.register_page(
    __name__,
    path_template="/mlflow/runs/<run_id>",
    title=lambda run_id="", **_other: _("Run %(run)s · Clew", run=run_id[:8]),
    layout=layout,
)
