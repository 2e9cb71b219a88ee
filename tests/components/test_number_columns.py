"""Columns of numbers: decimal points are aligned, and no number loses the digits that distinguish it from others."""

import math

from hypothesis import given
from hypothesis import strategies as st

from components.texts import words
from components.texts.number_columns import number_column

USUAL = st.floats(-1e5, 1e5, allow_nan=False).filter(lambda value: value == 0 or abs(value) > 1e-4)


def written(*values: float | None) -> list[str]:
    write = number_column(values)
    return [write(value) for value in values]


def test_numbers_of_a_column_have_the_same_number_of_decimals() -> None:
    assert written(487.31, 0.52, 12.0) == ["487.31", "0.52", "12.00"]
    assert written(10, 20.5) == ["10.0", "20.5"]
    assert written(1, 2) == ["1", "2"]
    assert written(3e-4, 1e-3) == ["0.0003", "0.0010"]


def test_missing_and_nan_values_do_not_change_the_decimals() -> None:
    assert written(None, math.nan, 1.5) == [words.MISSING, "nan", "1.5"]


def test_numbers_of_very_different_size_are_formatted_separately() -> None:
    assert written(1e7, 2) == ["1e+07", "2"]
    assert written(3e-7, 1.0) == ["3e-07", "1"]


@given(st.lists(USUAL, min_size=1, max_size=6))
def test_decimal_points_are_aligned_and_the_largest_number_keeps_four_digits(values: list[float]) -> None:
    write = number_column(values)
    if write is words.number:
        return
    assert len({len(write(value).partition(".")[2]) for value in values}) == 1
    largest = max(values, key=abs)
    assert math.isclose(float(write(largest)), largest, rel_tol=6e-4)
