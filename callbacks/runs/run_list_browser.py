"""The clientside callbacks of the runs page.

Rows to table, checkboxes to selection, selection to buttons and address.
"""

import dash
from dash import ClientsideFunction, Input, Output, State

from callbacks.freshness import register_rows_shown
from components import ids


def register(app: dash.Dash) -> None:
    """Adds the clientside callbacks of the runs page to `app`."""
    app.clientside_callback(
        ClientsideFunction("runs", "fill"),
        Output(ids.EXPERIMENT, "options"),
        Output(ids.ALGORITHM, "options"),
        Output(ids.TOGETHER_PLACE, "hidden"),
        Output(ids.ARCHIVED_PLACE, "hidden"),
        Input(ids.ROWS, "data"),
        Input(ids.ANSWER, "data"),
        Input(ids.LISTED, "data"),
        Input(ids.EXPERIMENT, "value"),
        Input(ids.ALGORITHM, "value"),
        Input(ids.SILENT, "data"),
        Input(ids.TOGETHER, "value"),
        Input(ids.COLUMNS, "data"),
        Input(ids.ARCHIVED, "value"),
        State(ids.TEXTS, "data"),
    )
    register_rows_shown(app, ids.TABLE, ids.ROWS, ids.TEXTS)
    _register_query(app)
    _register_selection(app)


def _register_query(app: dash.Dash) -> None:
    """Registers what writes the query to the address and, for a paged list, sends it to the server."""
    app.clientside_callback(
        ClientsideFunction("runs", "query"),
        Input(ids.TABLE, "sort_by"),
        Input(ids.EXPERIMENT, "value"),
        Input(ids.ALGORITHM, "value"),
        Input(ids.TOGETHER, "value"),
        Input(ids.COLUMNS, "data"),
        Input(ids.COLUMN_WIDTHS, "data"),
        Input(ids.LISTED, "data"),
        Input(ids.ARCHIVED, "value"),
    )
    app.clientside_callback(
        ClientsideFunction("runs", "pages"),
        Input(ids.TABLE, "page_current"),
        Input(ids.LISTED, "data"),
        Input(ids.tick("runs"), "n_intervals"),
    )
    app.clientside_callback(
        ClientsideFunction("runs", "shown"),
        Output(ids.PAGE_SHOWN, "children"),
        Input(ids.ANSWER, "data"),
        Input(ids.LISTED, "data"),
        State(ids.TEXTS, "data"),
    )
    app.clientside_callback(
        ClientsideFunction("runs", "progress"),
        Output(ids.PROGRESS_TEXT, "children"),
        Input(ids.LISTED, "data"),
        State(ids.TEXTS, "data"),
    )
    app.clientside_callback(ClientsideFunction("runs", "widths"), Input(ids.COLUMN_WIDTHS, "data"))
    app.clientside_callback(ClientsideFunction("runs", "menu"), Input(ids.TABLE, "columns"))


def _register_selection(app: dash.Dash) -> None:
    app.clientside_callback(ClientsideFunction("runs", "tick"), Input(ids.TABLE, "selected_row_ids"))
    app.clientside_callback(
        ClientsideFunction("runs", "buttons"),
        Output(ids.COMPARE, "children"),
        Output(ids.COMPARE, "disabled"),
        Output(ids.CLEAR, "disabled"),
        Output(ids.SELECTION_STATUS, "children"),
        Input(ids.SELECTED, "data"),
        State(ids.TEXTS, "data"),
    )
    app.clientside_callback(ClientsideFunction("runs", "clear"), Input(ids.CLEAR, "n_clicks"))
    app.clientside_callback(ClientsideFunction("runs", "selectAll"), Input(ids.SELECT_ALL, "n_clicks"))
    app.clientside_callback(ClientsideFunction("runs", "selectPage"), Input(ids.SELECT_PAGE, "n_clicks"))
