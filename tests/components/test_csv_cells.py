"""A cell of Clew's CSV is text or a number in any spreadsheet, whatever it takes as a separator: never a formula."""

import base64
import csv
import io
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from components.runs import export
from domain.charts.chart_options import ChartOptions
from tests.components.test_comparison_options import KNOWN, run

SIGNS = "=+-@＝＋－＠−"
# Characters that readers take as the end of a cell or row, or strip before they read one.
ENDS = ";\t|\r\n\x0b\x0c\x85\u2028\u2029"
UNSEEN = " \xa0\u3000\"'\u200b\ufeff\x00"
hostile = st.text(SIGNS + ENDS + UNSEEN + "ab1,!()cmd", max_size=14)


def table(*cells: str) -> str:
    """Returns the CSV of runs with these names, parameter values and parameter names."""
    named = [run(cell, {}, **{"lr": cell, f"p{cell}": "1"}) for cell in cells]
    return export.table_csv(named, KNOWN, ChartOptions())


def cells_as_read(text: str, separator: str) -> list[str]:
    """Returns all cells, parsed by a reader that respects quotation marks and, if commas are no separator, by one
    that does not."""
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    rows += csv.reader(text.replace("\x00", "").splitlines(), delimiter=separator)
    if separator != ",":
        rows += [line.split(separator) for line in text.splitlines()]
    return [cell for row in rows for cell in row]


def is_formula(cell: str) -> bool:
    if re.match(r"[+-]?[0-9]+(,|$)", cell):  # a number, which stays one, or a whole row that begins with it
        return False
    return re.match(rf"[\s\"\x00\u200b\ufeff]*[{re.escape(SIGNS)}]", cell) is not None


@given(cells=st.lists(hostile, min_size=1, max_size=3))
@example(cells=["a\n=cmd()"])
@example(cells=["a;=cmd()"])
@example(cells=["x;-5", "1+cmd|' /C calc'!A0"])
@example(cells=['x";=1'])
@example(cells=["a\t＝1"])
@example(cells=[' "=1'])
def test_no_separator_makes_a_csv_cell_a_formula(cells: list[str]) -> None:
    text = table(*cells)
    for separator in ",;\t|":
        assert [cell for cell in cells_as_read(text, separator) if is_formula(cell)] == []


@given(cell=hostile)
def test_a_csv_cell_differs_from_its_text_only_in_apostrophes(cell: str) -> None:
    (row,) = csv.DictReader(io.StringIO(table(cell), newline=""))
    assert row["name"].replace("'", "") == cell.replace("'", "")


@pytest.mark.parametrize(
    "number", ["-0.01", "+1", "-1e-5", "-.5", "-5.", "1E+3", "-inf", "-Infinity", "nan", "-nan", "0", "-1"]
)
def test_a_negative_number_stays_a_number(number: str) -> None:
    (row,) = csv.DictReader(io.StringIO(table(number)))
    assert (row["param:lr"], row["name"]) == (number, number)
    assert isinstance(float(row["param:lr"]), float)


@pytest.mark.parametrize("cell", ["-1_000", "- 1", "-1;", "-0x10", "--1", "-1-1", "-１", "−1", "-1 =x", "+abc"])
def test_a_text_that_only_begins_like_a_number_is_quoted(cell: str) -> None:
    (row,) = csv.DictReader(io.StringIO(table(cell)))
    assert row["param:lr"].startswith("'")


@pytest.mark.parametrize("cell", ["", "ppo", "a-b", "a@b.example", "x = 1", "(-1)", "1;2", "a|b", "日本語", "it's"])
def test_harmless_text_is_written_unchanged(cell: str) -> None:
    (row,) = csv.DictReader(io.StringIO(table(cell)))
    assert row["name"] == cell


def test_the_points_csv_contains_no_formula() -> None:
    figure: dict[str, Any] = {
        "data": [{"meta": {"name": "a\n=cmd();@x", "whole": False}, "x": _encoded(-1.0), "y": _encoded(-2.5)}]
    }
    text = export.points_csv(("reward",), (figure,), ChartOptions())  # type: ignore[arg-type]
    for separator in ",;\t":
        found = [cell for cell in cells_as_read(text, separator) if is_formula(cell)]
        assert {float(cell) for cell in found} <= {-1.0, -2.5}
    assert "-1.0,-2.5" in text


def _encoded(value: float) -> dict[str, str]:
    return {"dtype": "f8", "bdata": base64.b64encode(np.array([value]).tobytes()).decode()}
