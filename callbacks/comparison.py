"""The comparison: the runs that the address or the Compare button names become a table and three charts."""

from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State, ctx
from dash.exceptions import PreventUpdate

from callbacks.drawing import Drawing, fingerprint
from components import comparison, ids, notices
from services.connect import Services


def register(app: dash.Dash, services: Services) -> None:
    """Adds the callbacks of the comparison to `app`."""
    # No Output: showing it scrolls to it and puts the selection into the address.
    app.clientside_callback(
        ClientsideFunction("runs", "compare"),
        Input(ids.COMPARE, "n_clicks"),
        State(ids.SELECTED, "data"),
    )
    app.clientside_callback(ClientsideFunction("runs", "closeComparison"), Input(ids.COMPARE_CLOSE, "n_clicks"))
    app.clientside_callback(
        ClientsideFunction("runs", "hidden"), Output(ids.COMPARE_PANEL, "hidden"), Input(ids.COMPARED, "data")
    )

    @app.callback(
        *(Output(ids.chart("compare", word), "figure") for word in comparison.WORDS),
        Output(ids.COMPARE_TABLE, "children"),
        Output(ids.COMPARE_NOTICES, "children"),
        Output(ids.COMPARE_TICK, "disabled"),
        Output(ids.COMPARE_DRAWN, "data"),
        Input(ids.COMPARED, "data"),
        Input(ids.VERSION, "data"),
        Input(ids.COMPARE_TICK, "n_intervals"),
        State(ids.COMPARE_DRAWN, "data"),
    )
    def draw(compared: dict[str, Any], _version: str, _tick: int, drawn: str | None) -> tuple[Any, ...]:
        asked, malformed = compared["runs"], compared["malformed"]
        if not asked and not malformed:
            raise PreventUpdate
        patience = services.settings.patience_seconds
        # A new selection may name runs that are seconds old; a refresh has just looked.
        new = ctx.triggered_id in (None, ids.COMPARED)
        view = services.runs.view_with(asked, patience) if new else services.runs.view()
        drawing = Drawing.of(services, view, asked, comparison.WORDS, patience)
        shown = fingerprint(asked, malformed, drawing)
        if shown == drawn:
            raise PreventUpdate
        unknown = [] if view.runs is None else drawing.unknown
        sentences = comparison.absent(unknown, malformed, len(drawing.pending), drawing.failures)
        return (
            *comparison.figures(drawing.runs, drawing.found, still_loading=drawing.is_loading),
            comparison.final_metrics(drawing.runs) if drawing.runs else None,
            notices.said(sentences),
            not drawing.is_loading,
            shown,
        )
