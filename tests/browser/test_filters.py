"""Filters in the browser: the page parses them as domain/filters does, and DataTable finds the matching rows."""

import sys
import unicodedata
from datetime import UTC
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as example_settings
from hypothesis import strategies as st

from domain.errors.run_lists.filters import FilterMisunderstood
from domain.filters.grammar import MAX_ALTERNATIVES, MAX_CHARACTERS, Kind, parse
from domain.filters.terms import Cell
from domain.run_table.columns import NumberColumn
from domain.run_table.selection.filtering import match_mask
from tests.browser.page import Page
from tests.filters.cases import Case, cases, cells
from tests.filters.strategies import HOSTILE, holds_no_operator
from tests.runs.test_run_query import column_of
from tests.tracking import Tracking

COLUMN: dict[Kind, str] = {
    "text": "name",
    "numeric": "final_reward",
    "mixed": "param%3Amixed",
    "datetime": "started",
}
# A column of a parameter that no run has: its cells are sent with the rows.
ADDRESS = "/mlflow?column=name&column=final_reward&column=success_percent&column=started&column=param:mixed"
KINDS: tuple[Kind, ...] = get_args(Kind)
# The rows that DataTable itself finds for one filter after another, each as if pasted; the message; and the query.
FIND = """
const [column, needles, done] = arguments;
const table = () => window.clew.propsOf("runs-table");
const cell = document.querySelector(`#runs-table th.dash-filter[data-dash-column='${column}']`);
const box = cell.querySelector("input[type=text]");
const type = (text) => { box.value = text; box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true })); };
const find = async (needle) => {
    const { filter_query, derived_filter_query_structure } = table();
    type(needle);
    // With the rows that it found the table tells the query by which it found them.
    const isOld = () => table().derived_filter_query_structure === derived_filter_query_structure;
    while (table().filter_query !== filter_query && isOld()) await new Promise((go) => window.setTimeout(go, 0));
    return { ids: table().derived_virtual_row_ids, said: cell.querySelector(".filter-misfit").textContent };
};
(async () => {
    const found = [];
    for (const needle of needles) found.push(await find(needle));
    done(found);
})().catch((error) => done(String(error)));
"""
PARSE = "return arguments[0].map(([typed, kind]) => window.clew.filters.parse(typed, kind))"


@pytest.fixture
def table(page: Page, tracking: Tracking) -> Page:
    """Opens the runs page, and waits until it has rows of its own and will not request others."""
    tracking.run(tracking.experiment())
    page.open(ADDRESS)
    page.wait_for_rows(1)
    page.wait_for_text("as of", "#runs-freshness-text")  # otherwise it shows part of a first reading
    page.driver.set_script_timeout(120)
    return page


def show(page: Page, kind: Kind, values: list[Cell]) -> None:
    """Puts rows with these cells into the list: the row of the nth one has the id n, in 32 digits."""
    rows = [
        {
            "id": f"{number:032}",
            "experiment": "e",
            "algorithm": "–",
            "parent_id": None,
            "name": value if kind == "text" and value is not None else "–",
            **dict.fromkeys(["final_reward", "success_percent"], value if kind == "numeric" else None),
            "param:mixed": value if kind == "mixed" and not isinstance(value, str) else None,
            "no_value": {"param:mixed": value} if kind == "mixed" and isinstance(value, str) else None,
            "shown": value if kind == "datetime" else None,
        }
        for number, value in enumerate(values)
    ]
    page.script(
        """
        const listed = window.clew.propsOf("runs-listed").data;
        window.dash_clientside.set_props("runs-listed", { data: { ...listed, kinds: { ...listed.kinds, "param:mixed": "mixed" } } });
        const rows = arguments[0].map(({ shown, ...row }) => ({ ...row, run_id: row.id, started_ms: shown && new Date(shown.replace(" ", "T")).getTime() }));
        window.dash_clientside.set_props("runs-rows", { data: rows });
        """,
        rows,
    )
    page.wait(
        lambda: (
            page.script("return window.clew.propsOf('runs-table').derived_virtual_row_ids")
            == [row["id"] for row in rows]
        )
    )


def find(page: Page, kind: Kind, needles: list[str], column: str | None = None) -> list[dict[str, Any]]:
    """Returns for each needle the numbers of the rows found and the message under the box; then empties the box."""
    found = page.driver.execute_async_script(FIND, column or COLUMN[kind], [*needles, ""])
    assert isinstance(found, list), found
    return [{"rows": [int(one) for one in each["ids"]], "said": each["said"]} for each in found[:-1]]


# DataTable takes a twentieth of a second for each. A test below checks that the page parses all as the server does.
@pytest.mark.parametrize("every", [3, pytest.param(1, marks=pytest.mark.thorough)])
@pytest.mark.parametrize("kind", KINDS)
def test_the_table_finds_the_rows_that_each_case_expects(table: Page, kind: Kind, every: int) -> None:
    selected = [case for case in cases() if case.kind == kind][::every]
    show(table, kind, cells(kind))
    for case, answer in zip(selected, find(table, kind, [case.typed for case in selected]), strict=True):
        if case.refusal is None:
            assert ([cells(kind)[row] for row in answer["rows"]], answer["said"]) == (case.found, ""), case.typed
        else:
            assert answer["said"] == f"{refusal_of(case)} This filter is not applied."
            assert len(answer["rows"]) == len(cells(kind))


def test_the_table_accepts_filters_up_to_the_limits_of_the_grammar(table: Page) -> None:
    long = 'x"\\' * 600
    show(table, "text", ["ppo", "dqn", long])
    or_ppo = " or ".join([f"r{number}" for number in range(MAX_ALTERNATIVES - 1)] + ["ppo"])
    found = find(table, "text", [or_ppo, f"r or {or_ppo}", long, long + "y", "x" * (MAX_CHARACTERS + 1)])
    assert [answer["rows"] for answer in found] == [[0], [0, 1, 2], [2], [], [0, 1, 2]]
    assert ["alternatives at most" in found[1]["said"], "characters at most" in found[4]["said"]] == [True, True]
    show(table, "numeric", [1, 2, 3])
    assert find(table, "numeric", [" or ".join(["!= 2"] * MAX_ALTERNATIVES)])[0]["rows"] == [0, 2]


def test_a_word_in_a_numeric_column_matches_as_on_the_server(table: Page) -> None:
    values: list[Cell] = [1, "diverged at 50", None]
    show(table, "numeric", values)
    needles = ["1", "!= 1", "> 0", "<= 50", "0..99", "= –", "!= –"]
    for needle, answer in zip(needles, find(table, "numeric", needles), strict=True):
        assert answer["rows"] == [row for row, value in enumerate(values) if parse(needle, "numeric").matches(value)], (
            needle
        )


def test_a_number_finds_every_value_that_is_shown_rounded_to_it(table: Page) -> None:
    """Uses the server's own columns, of as many decimals."""
    values: list[Cell] = [0.04, -0.04, 0.05, 0.06, 66.66666666666667, 28.499999999999996, 0.25, 70, None]
    show(table, "numeric", values)
    column = column_of("numeric", values)
    assert isinstance(column, NumberColumn)
    needles = ["<= 0.0", "0", "> 0", "0.1", "66.7", "28.5", "0.3", "0.2", "0.04", "0..0.1", "!= 0", "< 70.0", "70.01"]
    for needle, answer in zip(needles, find(table, "numeric", needles, "success_percent"), strict=True):
        found = match_mask(column._replace(decimals=1), parse(needle, "numeric"), UTC)
        assert answer["rows"] == np.flatnonzero(found).tolist(), needle


def refusal_of(case: Case) -> str:
    with pytest.raises(FilterMisunderstood) as caught:
        parse(case.typed, case.kind)
    return str(caught.value)


def is_one_line_of_text(typed: str) -> bool:
    """Returns whether a box can hold it (a browser drops line breaks from an `<input>`) and all of it is text to
    search for."""
    return holds_no_operator(typed) and not {"\n", "\r"} & set(typed)


@example_settings(max_examples=3)
@given(
    values=st.lists(HOSTILE | st.sampled_from([case.typed for case in cases()]), min_size=5, max_size=25),
    needles=st.lists(HOSTILE.filter(is_one_line_of_text), min_size=30, max_size=30),
)
def test_typed_text_finds_the_rows_that_contain_it(table: Page, values: list[str], needles: list[str]) -> None:
    """Compares DataTable with the simplest possible oracle; half of the needles are in some cell."""
    parts = [value[1:] for value in values if is_one_line_of_text(value[1:])]
    searches = [needle for needle in needles + parts if needle.strip()]
    show(table, "text", list(values))
    for needle, answer in zip(searches, find(table, "text", searches), strict=True):
        expected = [row for row, value in enumerate(values) if value != "–" and needle.casefold() in value.casefold()]
        assert answer == {"rows": expected, "said": ""}, (needle, values)


@example_settings(max_examples=2)
@given(
    values=st.lists(st.none() | st.integers(-100, 100) | st.floats(-1e6, 1e6), min_size=5, max_size=25),
    needles=st.lists(
        st.tuples(
            st.sampled_from(["", "=", "!= ", "<", "<= ", ">", ">="]), st.integers(-100, 100) | st.floats(-1e6, 1e6)
        ),
        min_size=20,
        max_size=20,
    ),
)
def test_numbers_are_compared_as_numbers(table: Page, values: list[Cell], needles: list[tuple[str, float]]) -> None:
    typed = [f"{operator}{number!r}" for operator, number in needles] + [
        str(value) for value in values if value is not None
    ]
    show(table, "numeric", values)
    for needle, answer in zip(typed, find(table, "numeric", typed), strict=True):
        parsed = parse(needle, "numeric")
        assert answer["rows"] == [row for row, value in enumerate(values) if parsed.matches(value)], (needle, values)


@example_settings(max_examples=3)
@given(typed=st.lists(st.tuples(HOSTILE, st.sampled_from(KINDS)), min_size=400, max_size=400))
def test_the_browser_parses_filters_as_the_server_does(table: Page, typed: list[tuple[str, Kind]]) -> None:
    typed += [(case.typed, case.kind) for case in cases()] + [(" or ".join("x" * 101), "text")]
    typed += [("😀" * length, "text") for length in (MAX_CHARACTERS, MAX_CHARACTERS + 1)]
    for (text, kind), read in zip(typed, table.script(PARSE, typed), strict=True):
        try:
            expected = parse(text, kind).model_dump(mode="json")
        except FilterMisunderstood as error:
            expected = error.json_value
        assert read == expected, (text, kind)


def test_case_is_folded_the_same_for_every_letter(table: Page) -> None:
    """Covers the letters that both sides know: their Unicode versions differ."""
    known = "".join(
        letter for letter in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(letter) not in ("Cs", "Cn")
    )
    folded = table.script("return [...arguments[0]].map(window.clew.filters.fold)", known)
    assert {letter: fold for letter, fold in zip(known, folded, strict=True) if fold != letter.casefold()} == {}
    word = "ΌΣΟΣ ΣΑΣ, Weiß, ﬃ, ǅ, ŉ, ΐ"
    assert table.script("return window.clew.filters.fold(arguments[0])", word) == word.casefold()
