"""/mlflow: all runs, and the comparison of the selected ones."""

from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import dcc, html

from components import frame, ids
from components.chart_grid.chart_grid import grid_stores
from components.chart_grid.grid_address import GridAddress
from components.filter_hint import filter_hint
from components.page_head import page_head
from components.relations import relations
from components.run_changes.section import refusal
from components.run_rows.list_columns import USUAL, columns
from components.runs import column_menu, comparison, run_list, run_samples, run_toolbar
from components.texts.language import _
from components.ui_settings import UiSettings, page_with_defaults
from components.views.menu import menu
from domain.charts.chart_options import ChartOptions
from domain.run_table.list_address import ListAddress
from domain.tracking.compared import parse_run_ids


@page_with_defaults
def layout(ui: UiSettings, /, runs: str | None = None, **other: Any) -> list[Any]:
    """Returns the page; `runs` are the compared runs in the address, `other` its options of list and charts."""
    compared, malformed = parse_run_ids(runs)
    options, odd = ChartOptions.from_address(other)
    address, odd_of_list = ListAddress.from_address(other)
    grid = GridAddress.of(other)
    return [
        page_head(_("Runs"), menu(), *run_list.freshness()),
        run_list.failed(),
        run_samples.notice(),
        run_samples.dialog(),
        html.Div(id=ids.BAD_ROWS),
        comparison.panel(options),
        run_list.odd_address(odd_of_list),
        run_toolbar.toolbar(address),
        refusal(),
        run_list.page_failure(),
        run_list.run_table(address),
        column_menu.dialog(),
        html.Div(dbc.Spinner(size="sm"), id=ids.EMPTY, className="empty my-3"),
        filter_hint(),
        relations.section(),
        frame.ticker("runs", ui),
        dcc.Store(id=ids.TEXTS, data=run_list.texts()),
        dcc.Store(id=ids.ROWS),
        dcc.Store(id=ids.ANSWER),
        dcc.Store(id=ids.LISTED),
        dcc.Store(id=ids.NATIVE_UP_TO, data=run_list.NATIVE_UP_TO),
        *column_menu.stores(address, columns(), USUAL),
        dcc.Store(id=ids.VERSION),
        dcc.Store(id=ids.SILENT, data={}),
        dcc.Store(id=ids.SELECTED, data=compared),
        dcc.Store(id=ids.COMPARED, data={"runs": compared, "malformed": malformed, "odd": [*odd, *grid.odd]}),
        *grid_stores("compare", comparison.WORDS, grid, options, comparison.MAX_COMPARED),
        dcc.Store(id=ids.COMPARE_DRAWN),
        dcc.Store(id=ids.COMPARE_MEDIA_SHOWN),
        dcc.Store(id=ids.COMPARE_CHANGES_SHOWN),
        dcc.Store(id=ids.COMPARE_NEWS),
        dcc.Interval(id=ids.COMPARE_TICK, interval=comparison.PENDING_TICK_MS, disabled=True),
    ]


dash.register_page(__name__, path="/mlflow", title=lambda **_query: _("Runs · Clew"), order=1, layout=layout)
