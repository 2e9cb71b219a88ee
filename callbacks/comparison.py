"""The comparison: the runs that the address or the Compare button names become a table and three charts."""

from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State, ctx, dcc
from dash.exceptions import PreventUpdate

from callbacks.drawing import Drawing, fingerprint
from components import comparison, final_metrics, ids, notices, take_along
from domain.chart_options import ChartOptions
from services.connect import Services

CHARTS = [ids.chart("compare", word) for word in comparison.WORDS]
CONTROLS = {
    "axis": ids.OPTION_AXIS,
    "smoothing": ids.OPTION_SMOOTHING,
    "log_y": ids.OPTION_LOG,
    "grouped": ids.OPTION_GROUPED,
    "centre": ids.OPTION_CENTRE,
    "band": ids.OPTION_BAND,
    "final": ids.OPTION_FINAL,
    "differing": ids.OPTION_DIFFERING,
}


def register(app: dash.Dash, services: Services) -> None:
    """Adds the callbacks of the comparison to `app`."""
    _register_browser_side(app)

    @app.callback(
        *(Output(chart, "figure") for chart in CHARTS),
        Output(ids.COMPARE_TABLE, "children"),
        Output(ids.COMPARE_NOTICES, "children"),
        Output(ids.COMPARE_TICK, "disabled"),
        Output(ids.COMPARE_DRAWN, "data"),
        Input(ids.COMPARED, "data"),
        Input(ids.OPTIONS, "data"),
        Input(ids.VERSION, "data"),
        Input(ids.COMPARE_TICK, "n_intervals"),
        State(ids.COMPARE_DRAWN, "data"),
    )
    def draw(
        compared: dict[str, Any], asked: dict[str, Any], _version: str, _tick: int, drawn: str | None
    ) -> tuple[Any, ...]:
        if not any(compared.values()):
            raise PreventUpdate
        options = ChartOptions.model_validate(asked)
        patience = services.settings.patience_seconds
        # A new selection may name runs that are seconds old; a refresh has just looked.
        new = ctx.triggered_id in (None, ids.COMPARED)
        view = services.runs.view_with(compared["runs"], patience) if new else services.runs.view()
        drawing = Drawing.of(services, view, compared["runs"], comparison.WORDS, options, patience)
        shown = fingerprint((compared, options), drawing)
        if shown == drawn:
            raise PreventUpdate
        unknown = [] if view.runs is None else drawing.unknown
        waiting = len(drawing.pending)
        sentences = comparison.absent(unknown, compared["malformed"], compared["odd"], waiting, drawing.failures)
        return (
            *comparison.figures(
                drawing.runs, drawing.found, options, still_loading=drawing.is_loading, sampled=drawing.sampled
            ),
            _tables(drawing, options),
            notices.said(sentences),
            not drawing.is_loading,
            shown,
        )

    @app.callback(
        Output(ids.DOWNLOAD, "data"),
        Input(ids.TABLE_CSV, "n_clicks"),
        Input(ids.POINTS_CSV, "n_clicks"),
        State(ids.COMPARED, "data"),
        State(ids.OPTIONS, "data"),
        prevent_initial_call=True,
    )
    def download(_table: int | None, _points: int | None, compared: dict[str, Any], asked: dict[str, Any]) -> Any:
        options = ChartOptions.model_validate(asked)
        patience = services.settings.patience_seconds
        drawing = Drawing.of(services, services.runs.view(), compared["runs"], comparison.WORDS, options, patience)
        if ctx.triggered_id == ids.TABLE_CSV:
            return dcc.send_string(take_along.table_csv(drawing.runs, drawing.found, options), "clew-runs.csv")
        figures = comparison.figures(drawing.runs, drawing.found, options, still_loading=False)
        return dcc.send_string(take_along.points_csv(comparison.WORDS, figures), "clew-points.csv")


def _tables(drawing: Drawing, options: ChartOptions) -> list[Any]:
    if not drawing.runs:
        return []
    groups = final_metrics.group_table(drawing.runs, drawing.found, options)
    return [*([groups] if groups is not None else []), final_metrics.table(drawing.runs, drawing.found, options)]


def _register_browser_side(app: dash.Dash) -> None:
    """What happens without the server: showing and hiding, the address, gathering the controls and zooms."""
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
        State(ids.OPTIONS, "data"),
    )
    app.clientside_callback(
        ClientsideFunction("charts", "zoom"),
        *(Input(chart, "relayoutData") for chart in CHARTS),
        State(ids.OPTIONS, "data"),
    )
    app.clientside_callback(ClientsideFunction("charts", "copyLink"), Input(ids.COPY_LINK, "n_clicks"))
