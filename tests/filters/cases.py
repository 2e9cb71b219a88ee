"""The table of cases that specifies the grammar: Python and JavaScript pass it."""

import json
from pathlib import Path
from typing import Any, Final, NamedTuple

import domain.filters
from domain.filters.grammar import Kind
from domain.filters.terms import Cell

FILE: Final = Path(domain.filters.__file__).with_name("cases.json")
TABLE: Final[dict[Kind, Any]] = json.loads(FILE.read_text("utf-8"))


class Case(NamedTuple):
    """Holds a typed filter, and the cells that it matches among `cells`, or the message of its refusal."""

    kind: Kind
    typed: str
    found: list[Cell] | None
    refusal: dict[str, Any] | None


def cells(kind: Kind) -> list[Cell]:
    """Returns the cells that the cases of this kind search."""
    return list(TABLE[kind]["cells"])


def cases() -> list[Case]:
    """Returns all cases."""
    return [
        Case(kind, case["typed"], cells(kind) if case.get("all") else case.get("found"), case.get("said"))
        for kind in TABLE
        for case in TABLE[kind]["cases"]
    ]
