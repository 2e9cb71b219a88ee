"""Cells of a CSV file: text or numbers in any spreadsheet, never a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

_SEPARATOR: Final = re.compile(r"([;|\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+)")
# Includes the wide signs, which spreadsheets treat like the narrow ones, after any invisible characters.
_FORMULA: Final = re.compile(r"[\s\x00-\x20\"'\u00ad\u200b-\u200f\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20\u2212]")
_NUMBER: Final = re.compile(
    r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?(?:inf|infinity|nan)", re.IGNORECASE
)


def csv_text(rows: Iterable[Sequence[Any]]) -> str:
    """Returns these rows as the lines of a CSV file; missing values are empty."""
    text = io.StringIO()
    csv.writer(text).writerows([[harmless(cell) for cell in row] for row in rows])
    return text.getvalue()


def harmless(cell: Any) -> Any:
    """Returns a cell that no spreadsheet executes: text that begins like a formula gets an apostrophe. Numbers stay
    as they are.

    If the text contains semicolons, tabs or line breaks, which a spreadsheet may take for cell borders, each piece is
    treated.
    """
    if not isinstance(cell, str) or _NUMBER.fullmatch(cell):
        return cell
    return "".join(f"'{piece}" if _FORMULA.match(piece) else piece for piece in _SEPARATOR.split(cell))
