"""Values by row and key, as stored in a run table."""

import numpy as np

from domain.run_table.arrays.cells import Cells


def test_a_cell_given_repeatedly_keeps_its_last_value() -> None:
    row, key = np.array([0, 1, 1, 0, 1], np.intp), np.array([2, 1, 3, 2, 1], np.int32)
    found = Cells.of(row, key, (np.array([10, 11, 12, 13, 14]),), 3)
    assert (found.starts.tolist(), found.key.tolist()) == ([0, 1, 3, 3], [2, 1, 3])
    assert found.values[0].tolist() == [13, 14, 12]


def test_a_key_without_rows_has_no_cells() -> None:
    found = Cells.of(np.array([0, 1], np.intp), np.array([2, 4], np.int32), (np.array([1, 2]),), 2)
    assert [found.has(key) for key in (-1, 0, 2, 3, 4, 5)] == [False, False, True, False, True, False]
    assert [len(found.of_key(key)) for key in (-1, 2, 3, 5)] == [0, 1, 0, 0]
