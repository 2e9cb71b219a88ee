"""The first rows of a file that holds a table."""

import csv
import io
from typing import Any, Final

from pydantic import BaseModel

from domain.artifacts.kinds import Kind, kind_of
from domain.artifacts.paths import is_path

MAX_ROWS: Final = 200
MAX_COLUMNS: Final = 60
LONGEST_CELL: Final = 300


class TablePicture(BaseModel):
    """A cell that is a picture: the path of its file in the run, and of a smaller copy."""

    path: str
    small: str


class FileTable(BaseModel):
    """Rows of cells, texts or pictures; `rows_in_all` where the file states it; `is_cut` where there are more."""

    columns: list[str]
    rows: list[list[str | TablePicture]]
    rows_in_all: int | None = None
    columns_in_all: int
    is_cut: bool


def table_of_csv(content: bytes, delimiter: str, *, is_whole: bool) -> FileTable:
    """Returns the first rows from the beginning of a CSV file; the first row is the heading."""
    text = content.decode("utf-8-sig", "replace")
    if not is_whole:
        text = text[: text.rfind("\n") + 1] or text
    rows: list[list[str]] = []
    for row in _rows(text, delimiter):
        rows.append(row)
        if len(rows) > MAX_ROWS + 1:
            break
    return table_of(rows[0] if rows else [], rows[1:], is_cut=not is_whole)


def table_of(columns: list[Any], rows: list[list[Any]], *, is_cut: bool, rows_in_all: int | None = None) -> FileTable:
    """Returns these rows, cut to what is shown."""
    width = max([len(columns), *map(len, rows)])
    return FileTable(
        columns=[_text(one) for one in columns[:MAX_COLUMNS]],
        rows=[[_cell(one) for one in row[:MAX_COLUMNS]] for row in rows[:MAX_ROWS]],
        rows_in_all=rows_in_all,
        columns_in_all=width,
        is_cut=is_cut or len(rows) > MAX_ROWS or width > MAX_COLUMNS,
    )


def _rows(text: str, delimiter: str) -> Any:
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error:  # such as a field that is too long for the module: the rows before it are shown
        return


def _cell(value: Any) -> str | TablePicture:
    if isinstance(value, dict) and value.get("type") == "image" and (found := _picture(value)) is not None:
        return found
    return _text(value)


def _text(value: Any) -> str:
    return "" if value is None else str(value)[:LONGEST_CELL]


def _picture(value: dict[str, Any]) -> TablePicture | None:
    """Reads an image cell as MLflow's log_table writes it; None where it names no picture of the run."""
    path = value.get("filepath")
    if not _is_picture(path):
        return None
    small = value.get("compressed_filepath")
    return TablePicture(path=path, small=small if _is_picture(small) else path)


def _is_picture(path: Any) -> bool:
    return isinstance(path, str) and is_path(path) and kind_of(path) is Kind.PICTURE
