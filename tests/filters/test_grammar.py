"""The grammar of filters, by its table of cases and by properties of any typed text."""

import re
from typing import get_args

import pytest
from hypothesis import example, given
from hypothesis import settings as example_settings
from hypothesis import strategies as st

from domain.errors.run_lists.filters import FilterMisunderstood, FilterTooLong, TooManyAlternatives
from domain.filters.grammar import MAX_ALTERNATIVES, MAX_CHARACTERS, Kind, parse
from domain.filters.terms import Cell
from tests.filters.cases import Case, cases, cells
from tests.filters.strategies import HOSTILE, holds_no_operator


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case.kind}:{case.typed}")
def test_a_filter_matches_the_cells_of_its_case_or_is_refused(case: Case) -> None:
    if case.refusal is not None:
        with pytest.raises(FilterMisunderstood) as caught:
            parse(case.typed, case.kind)
        assert caught.value.json_value == case.refusal
    else:
        parsed = parse(case.typed, case.kind)
        assert [cell for cell in cells(case.kind) if parsed.matches(cell)] == case.found


def test_the_table_of_cases_covers_matches_and_refusals_of_each_kind() -> None:
    """A table whose cases find nothing would check nothing."""
    for kind in get_args(Kind):
        selected = [case for case in cases() if case.kind == kind]
        assert len({tuple(map(str, case.found)) for case in selected if case.found}) > 10
        assert kind == "text" or {case.refusal["code"] for case in selected if case.refusal} >= {
            "operand-missing",
            "range-backwards",
        }


@example_settings(max_examples=300)
@given(needle=HOSTILE, cell=HOSTILE, padding=st.tuples(HOSTILE, HOSTILE))
def test_a_text_filter_without_operators_matches_cells_that_contain_it(
    needle: str, cell: str, padding: tuple[str, str]
) -> None:
    """Apart from operators, it is compared with the simplest possible oracle."""
    if not holds_no_operator(needle):
        return
    parsed = parse(needle, "text")
    for one in (cell, padding[0] + needle + padding[1], needle.upper(), needle.swapcase()):
        expected = one != "–" and needle.casefold() in one.casefold()
        assert parsed.matches(one) == expected or not needle, one


@example_settings(max_examples=300)
@given(typed=HOSTILE, kind=st.sampled_from(get_args(Kind)), cell=HOSTILE | st.none() | st.floats() | st.integers())
@example(typed='"' * MAX_CHARACTERS, kind="text", cell="x")
@example(typed="x" + " " * (MAX_CHARACTERS - 2) + "x", kind="numeric", cell="x")
@example(typed=" " * 1_000_000, kind="datetime", cell="x")
@example(typed=" or ".join("x" * 101), kind="text", cell="x")
def test_any_typed_text_is_a_filter_or_refused(typed: str, kind: Kind, cell: Cell) -> None:
    try:
        assert parse(typed, kind).matches(cell) in (True, False)
    except TooManyAlternatives:
        assert typed.count("or") >= MAX_ALTERNATIVES
    except FilterTooLong:
        assert len(typed) > MAX_CHARACTERS
    except FilterMisunderstood:
        assert kind != "text"


@given(wanted=st.lists(st.text("abc-19", min_size=1, max_size=3), min_size=2, max_size=4), cell=st.text("abc-19 "))
def test_or_matches_cells_that_any_of_its_alternatives_matches(wanted: list[str], cell: str) -> None:
    found = parse(" or ".join(wanted), "text").matches(cell)
    assert found == any(parse(one, "text").matches(cell) for one in wanted)


WITHOUT_QUOTES = HOSTILE.map(lambda text: text.replace('"', ""))


@given(text=WITHOUT_QUOTES, other=WITHOUT_QUOTES)
def test_operators_in_quotes_are_text(text: str, other: str) -> None:
    literal = f"= {text} or {other}".strip()
    assert parse(f'"{literal}"', "text").matches(f"a{literal}b")
    assert parse(f'= "{literal}"', "text").matches(literal)


@given(number=st.floats(allow_nan=False, allow_infinity=False), other=st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_matched_by_its_repr(number: float, other: float) -> None:
    assert parse(repr(number), "numeric").matches(number)
    assert parse(f"!= {number!r}", "numeric").matches(number) is False
    apart = abs(number - other) > 1e-12 * max(abs(number), abs(other))
    if apart:
        assert parse(f"> {number!r}", "numeric").matches(other) == (other > number)
        assert parse(f"<= {number!r}", "numeric").matches(other) == (other <= number)


def test_more_than_a_hundred_alternatives_are_refused() -> None:
    names = [f"run{number:03}" for number in range(MAX_ALTERNATIVES + 1)]
    assert parse(" or ".join(names[1:]), "text").matches(names[-1])
    with pytest.raises(TooManyAlternatives, match=re.escape(str(MAX_ALTERNATIVES))):
        parse(" or ".join(names), "text")
