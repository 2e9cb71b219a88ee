"""Recognises tables of MLflow's log_table and Plotly figures in JSON values."""

from typing import Any

from domain.artifacts.figures import MAX_VALUES, TooManyValues, figure_in_page, figure_of
from domain.artifacts.tables import FileTable, table_of

Facts = dict[str, Any]


def facts_of(value: Any) -> Facts:
    """Returns `table`, `figure`, or `too_many` for a too large figure; {} for any other value."""
    if (table := _logged_table(value)) is not None:
        return {"table": table.model_dump()}
    try:
        figure = figure_of(value)
    except TooManyValues:
        return {"too_many": MAX_VALUES}
    return {} if figure is None else {"figure": figure.model_dump()}


def facts_in_page(text: str) -> Facts:
    """Returns the same for a page that Plotly wrote."""
    try:
        figure = figure_in_page(text)
    except TooManyValues:
        return {"too_many": MAX_VALUES}
    return {} if figure is None else {"figure": figure.model_dump()}


def _logged_table(value: Any) -> FileTable | None:
    if not isinstance(value, dict) or set(value) != {"columns", "data"}:
        return None
    columns, rows = value["columns"], value["data"]
    if not isinstance(columns, list) or not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        return None
    return table_of(columns, rows, is_cut=False, rows_in_all=len(rows))
