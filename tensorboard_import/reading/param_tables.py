"""Parameters logged as a text table, as by CleanRL and others."""

import re
from typing import Final

_ROW: Final = re.compile(r"^\s*\|(.*)\|\s*$")
_RULE: Final = re.compile(r"^[\s|:-]+$")
_HEADS: Final = {
    ("param", "value"),
    ("parameter", "value"),
    ("key", "value"),
    ("name", "value"),
    ("hyperparameter", "value"),
}


def params_in(text: str) -> dict[str, str] | None:
    """Returns the parameters in a Markdown table of two columns with such a heading; None for any other text."""
    lines = [line for line in text.splitlines() if line.strip()]
    rows = [found[1] for line in lines if (found := _ROW.match(line))]
    if len(rows) < 2 or len(rows) != len(lines) or not _RULE.match(rows[1]) or _cells(rows[0]) is None:
        return None
    head = _cells(rows[0])
    if head is None or (head[0].lower(), head[1].lower()) not in _HEADS:
        return None
    return {cells[0]: cells[1] for row in rows[2:] if (cells := _cells(row)) is not None and cells[0]}


def _cells(row: str) -> tuple[str, str] | None:
    """Returns the first cell, and the rest of the row: a value may contain a bar."""
    name, bar, value = row.partition("|")
    return (name.strip(), value.strip()) if bar else None
