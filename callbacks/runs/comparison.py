"""The comparison: a table and a grid of charts of the runs in the address or behind the Compare button."""

import time
from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State, ctx, dcc, no_update
from dash.exceptions import PreventUpdate

from callbacks.freshness import failure_outputs, is_retry
from callbacks.runs.drawing import ChartData, fingerprint
from components import ids, notices
from components.chart_grid.chart_grid import options_of
from components.runs import comparison, final_metrics
from components.runs import export as export_tables
from components.runs.comparison import MAX_COMPARED
from components.runs.groups import group_metrics
from domain.charts.axis_hints import with_default_axis
from domain.charts.chart_options import ChartOptions
from domain.charts.chart_spec import Subject
from domain.tracking.compared import Compared
from services.connect import Services

CONTROLS = {
    "axis": ids.OPTION_AXIS,
    "smoothing": ids.OPTION_SMOOTHING,
    "log_y": ids.OPTION_LOG,
    "grouped": ids.OPTION_GROUPED,
    "centre": ids.OPTION_CENTRE,
    "band": ids.OPTION_BAND,
    "final": ids.OPTION_FINAL,
    "diverged": ids.OPTION_DIVERGED,
    "differing": ids.OPTION_DIFFERING,
}


def register(app: dash.Dash, services: Services) -> None:
    """Adds the callbacks of the comparison to `app`."""
    _register_browser_side(app)

    @app.callback(
        output={
            "table": Output(ids.COMPARE_TABLE, "children"),
            "notices": Output(ids.COMPARE_NOTICES, "children"),
            **failure_outputs("compare"),
            "has_all": Output(ids.COMPARE_TICK, "disabled"),
            "drawn": Output(ids.COMPARE_DRAWN, "data"),
        },
        inputs={
            "compared_data": Input(ids.COMPARED, "data"),
            "options_data": Input(ids.options("compare"), "data"),
            "_triggers": [
                Input(ids.COMPARE_NEWS, "data"),
                Input(ids.COMPARE_TICK, "n_intervals"),
                Input(ids.retry("compare"), "n_clicks"),
            ],
        },
        state={"drawn": State(ids.COMPARE_DRAWN, "data")},
    )
    def draw(
        compared_data: dict[str, Any], options_data: dict[str, Any], _triggers: list[Any], drawn: dict[str, str] | None
    ) -> dict[str, Any]:
        compared, options = Compared.model_validate(compared_data), options_of(options_data)
        if compared.is_empty:
            raise PreventUpdate
        if is_retry("compare"):
            services.histories.retry()
        # A new selection may contain runs that are seconds old; after a refresh, the list is new already. Those that
        # could not be read in time are requested until they are decided.
        new = ctx.triggered_id in (None, ids.COMPARED) or bool((drawn or {}).get("unread"))
        drawing = _drawing(services, compared, options, new=new)
        shown = {
            "notices": fingerprint((compared, options_data.get("axis")), drawing),
            "table": fingerprint((compared, options.of_tables()), drawing),
            "unread": ",".join(drawing.unread),
        }
        if shown == drawn:
            raise PreventUpdate
        # A zoom or another axis does not redraw the table, whose many cells cost the browser more than a chart.
        is_same = shown["table"] == (drawn or {}).get("table")
        return {
            "table": no_update if is_same else _tables(drawing, options),
            "notices": _notices(compared, options, drawing),
            "failure": notices.failed_histories(drawing.failures),
            "failed": bool(drawing.failures),
            "has_all": not (drawing.is_loading or drawing.failures),
            "drawn": shown,
        }

    @app.callback(
        Output(ids.DOWNLOAD, "data"),
        Input(ids.TABLE_CSV, "n_clicks"),
        Input(ids.POINTS_CSV, "n_clicks"),
        State(ids.COMPARED, "data"),
        State(ids.options("compare"), "data"),
        prevent_initial_call=True,
    )
    def download(_table: int, _points: int, compared_data: dict[str, Any], options_data: dict[str, Any]) -> Any:
        compared, options = Compared.model_validate(compared_data), options_of(options_data)
        drawing = _drawing(services, compared, options, new=False)
        # In the file's name, so that the information stays with the numbers.
        incomplete = "-incomplete" if drawing.is_loading or drawing.failures or drawing.unread else ""
        if ctx.triggered_id == ids.TABLE_CSV:
            table = export_tables.table_csv(drawing.runs, drawing.found, options)
            return dcc.send_string(table, f"clew-runs{incomplete}.csv")
        if "axis" not in options.model_fields_set:
            options = with_default_axis(options, drawing.runs, services.vocabulary)
            drawing = _drawing(services, compared, options, new=False)
        figures = comparison.figures(
            drawing.runs, drawing.found, options, still_loading=False, curve_of=services.curves.curve
        )
        points = export_tables.points_csv(comparison.WORDS, figures, options)
        return dcc.send_string(points, f"clew-points{incomplete}.csv")


def _drawing(services: Services, compared: Compared, options: ChartOptions, *, new: bool) -> ChartData:
    patience = services.settings.patience_seconds
    ends = time.monotonic() + patience  # one deadline: waiting for runs shortens the wait for histories
    view = services.runs.view_with(compared.runs, patience) if new else services.runs.view()
    wanted = [Subject(word) for word in (*comparison.WORDS, *final_metrics.histories_for(options))]
    return ChartData.of(services, view, compared.runs[:MAX_COMPARED], wanted, options, ends)


def _notices(compared: Compared, options: ChartOptions, drawing: ChartData) -> list[Any]:
    alert = notices.sentences_alert(
        comparison.absent(compared, drawing.unknown, len(drawing.runs), len(drawing.pending), drawing.unread)
    )
    # A single run is drawn over time if no axis was chosen.
    is_by_itself = len(drawing.runs) == 1 and "axis" not in options.model_fields_set
    return [alert, None if is_by_itself else comparison.without_steps(drawing.runs, drawing.found, options)]


def _tables(drawing: ChartData, options: ChartOptions) -> list[Any]:
    if not drawing.runs:
        return []
    groups = group_metrics.group_table(drawing.runs, drawing.found, options)
    return [*([groups] if groups is not None else []), final_metrics.table(drawing.runs, drawing.found, options)]


def _register_browser_side(app: dash.Dash) -> None:
    """Registers the clientside callbacks: showing and hiding, the address, collecting controls and zooms."""
    # No Output, otherwise the first drawing would wait for the whole run list.
    app.clientside_callback(ClientsideFunction("runs", "news"), Input(ids.VERSION, "data"))
    # No Output: showing it scrolls to it and puts the selection into the address.
    app.clientside_callback(
        ClientsideFunction("runs", "compare"), Input(ids.COMPARE, "n_clicks"), State(ids.SELECTED, "data")
    )
    app.clientside_callback(ClientsideFunction("runs", "closeComparison"), Input(ids.COMPARE_CLOSE, "n_clicks"))
    app.clientside_callback(
        ClientsideFunction("runs", "hidden"), Output(ids.COMPARE_PANEL, "hidden"), Input(ids.COMPARED, "data")
    )
    app.clientside_callback(
        ClientsideFunction("charts", "options"),
        *(Input(component, "value") for component in CONTROLS.values()),
        State(ids.options("compare"), "data"),
    )
    app.clientside_callback(
        ClientsideFunction("chartGrid", "compare"),
        Output(ids.grid_shown("compare"), "data"),
        Input(ids.COMPARED, "data"),
        Input(ids.options("compare"), "data"),
        Input(ids.COMPARE_NEWS, "data"),
        Input(ids.retry("compare"), "n_clicks"),
        State(ids.grid_begin("compare"), "data"),
    )
    app.clientside_callback(
        ClientsideFunction("artifactMedia", "compare"),
        Output(ids.COMPARE_MEDIA_SHOWN, "data"),
        Input(ids.COMPARED, "data"),
    )
    app.clientside_callback(ClientsideFunction("charts", "copyLink"), Input(ids.COPY_LINK, "n_clicks"))
