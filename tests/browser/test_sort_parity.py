"""The server sorts as DataTable does in the browser: the order is the same."""

import random
from typing import Any, get_args

import numpy as np
import pytest

from domain.filters.grammar import Kind
from domain.run_table.selection.sorting import in_order
from tests.browser.page import Page
from tests.browser.test_filters import COLUMN, show, table
from tests.filters.cases import cells
from tests.runs.test_run_query import column_of, unix_ms

__all__ = ["table"]  # a fixture

SORT = """
const [by, done] = arguments;
const table = () => window.clew.propsOf("runs-table");
const before = table().derived_virtual_row_ids;
window.dash_clientside.set_props("runs-table", { sort_by: by });
const look = () => (table().derived_virtual_row_ids !== before ? done(table().derived_virtual_row_ids) : window.setTimeout(look, 10));
look();
"""
TEXTS = ["😀", "ﾊ", "\uffff", "PPO", "ppo", "Ppo-10", "Ppo-9", "10", "9", "1e3", "é", "e\u0301", "学習", "–", None, "ß"]
NUMBERS = [3, -1, 0.5, 1e300, -1e300, 1e-300, None, "diverged", 3, 0, None, "diverged", "out of range"]
MOMENTS = ["2026-11-20 18:05:00", "2025-12-31 23:59:59", None, "2026-11-20 18:05:00", "2026-02-01 00:00:00", None]
MIXED = ["cosine", 3, None, "0x10", -1, 0.5, "linear", "cosine", 1e-300, 3]
VALUES: dict[Kind, list[Any]] = {"text": TEXTS, "numeric": NUMBERS, "mixed": MIXED, "datetime": MOMENTS}


@pytest.mark.parametrize("kind", get_args(Kind))
def test_a_column_is_sorted_the_same_in_browser_and_server(table: Page, kind: Kind) -> None:
    values = VALUES[kind] + [cell for cell in cells(kind) if cell not in VALUES[kind]]
    random.Random(1).shuffle(values)
    show(table, kind, values)
    there = column_of(kind, [unix_ms(cell) for cell in values] if kind == "datetime" else values)
    rows = np.arange(len(values))
    for direction in ("desc", "asc"):
        by = [{"column_id": COLUMN[kind], "direction": direction}]
        found = [int(one) for one in table.driver.execute_async_script(SORT, by)]
        expected = in_order(rows, [(there, direction == "desc")]).tolist()
        assert [values[row] for row in found] == [values[row] for row in expected]
        assert found == expected
