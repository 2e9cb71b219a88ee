"""/mlflow: all runs, and the comparison of the ticked ones."""

from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import dcc, html

from components import frame, ids
from components.filter_hint import filter_hint
from components.relations import relations
from components.runs import comparison, run_list, run_samples, run_toolbar
from components.texts.language import _
from components.ui_settings import UiSettings, page_with_defaults
from components.views.menu import menu
from domain.charts.chart_options import ChartOptions
from domain.tracking.compared import parse_run_ids


@page_with_defaults
def layout(
    ui: UiSettings, /, runs: str | None = None, experiment: str | None = None, together: str | None = None, **other: str
) -> list[Any]:
    """The page; `runs` is the comparison that the address carries, `experiment` the filter.

    With `together=true` nested runs stand below the run that they are in.
    """
    compared, malformed = parse_run_ids(runs)
    options, odd = ChartOptions.from_address(other)
    return [
        html.Div([html.H1(_("Runs"), className="h3"), menu()], className="d-flex flex-wrap gap-3 align-items-start"),
        run_samples.notice(),
        run_samples.dialog(),
        run_list.freshness(),
        html.Div(id=ids.BAD_ROWS),
        comparison.panel(options),
        run_toolbar.toolbar(experiment, run_list.columns(), run_list.HIDDEN_AT_FIRST, together=together == "true"),
        run_list.run_table(),
        html.Div(dbc.Spinner(size="sm"), id=ids.EMPTY, className="my-3"),
        filter_hint(),
        relations.section(),
        frame.ticker("runs", ui),
        dcc.Store(id=ids.TEXTS, data=run_list.texts()),
        dcc.Store(id=ids.ROWS),
        dcc.Store(id=ids.VERSION),
        dcc.Store(id=ids.SILENT, data={}),
        dcc.Store(id=ids.SELECTED, data=compared),
        dcc.Store(id=ids.COMPARED, data={"runs": compared, "malformed": malformed, "odd": odd}),
        dcc.Store(id=ids.OPTIONS, data=options.model_dump(mode="json")),
        dcc.Store(id=ids.COMPARE_DRAWN),
        dcc.Store(id=ids.COMPARE_NEWS),
        dcc.Interval(id=ids.COMPARE_TICK, interval=comparison.PENDING_TICK_MS, disabled=True),
    ]


dash.register_page(__name__, path="/mlflow", title=lambda **_query: _("Runs · Clew"), order=1, layout=layout)
