"""The run list's state in an address: read as it was written, and invalid parts are named."""

from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.runs.column_menu import column_id
from domain.run_table.column_refs import ColumnRef
from domain.run_table.list_address import GREATEST_WIDTH, MAX_COLUMNS, MIN_WIDTH, ListAddress

KEYS = st.text(min_size=1, max_size=60) | st.sampled_from(
    [
        "a,b",
        "%{x}",
        "<b>",
        'say "hi"',
        "it's",
        "{braces}",
        "back\\slash",
        "学習",
        "🚀",
        "a]b",
        "x:y",
        "__proto__",
        "‮abc",
    ]
)
KINDS = st.sampled_from(["param", "tag", "metric", "least", "greatest"])
REFS = st.sampled_from(["name", "started", "success_percent"]) | st.builds(
    lambda kind, key: f"{kind}:{key}", KINDS, KEYS
)


def read(query: list[tuple[str, str]]) -> tuple[ListAddress, list[str]]:
    """Parses an address as Dash passes it to a page: a repeated name becomes a list."""
    parsed_query: dict[str, Any] = {
        name: values if len(values) > 1 else values[0] for name, values in parse_qs(urlencode(query)).items()
    }
    return ListAddress.from_address(parsed_query)


@given(
    columns=st.lists(REFS, unique=True, max_size=5),
    widths=st.dictionaries(REFS, st.integers(MIN_WIDTH, GREATEST_WIDTH), max_size=3),
    sort=st.dictionaries(REFS, st.booleans(), max_size=3),
    filters=st.dictionaries(REFS, st.text(min_size=1, max_size=20).filter(str.strip), max_size=3),
)
def test_an_address_is_parsed_back_to_the_values_written(
    columns: list[str], widths: dict[str, int], sort: dict[str, bool], filters: dict[str, str]
) -> None:
    address, odd = read(
        [
            *(("column", ref) for ref in columns),
            *(("width", f"{px}:{ref}") for ref, px in widths.items()),
            *(("sort", f"-{ref}" if descending else ref) for ref, descending in sort.items()),
            *((f"filter[{ref}]", typed) for ref, typed in filters.items()),
        ]
    )
    assert odd == []
    assert [str(ref) for ref in address.columns] == columns
    assert {str(ref): px for ref, px in address.widths.items()} == widths
    assert {str(by.ref): by.descending for by in address.sort} == sort
    assert {str(ref): typed for ref, typed in address.filters.items()} == filters


@pytest.mark.parametrize(
    ("query", "odd"),
    [
        ([("column", "nonsense"), ("column", "name")], ["column"]),
        ([("column", "name"), ("column", "param:")], ["column"]),
        ([("column", "name"), ("width", "wide:name"), ("sort", "-"), ("sort", "x")], ["sort", "width"]),
        ([("column", "name"), ("filter[x]", "1"), ("filter[]", "2")], ["filter[]", "filter[x]"]),
        ([("column", "name"), *(("column", f"param:{n}") for n in range(MAX_COLUMNS))], ["column"]),
    ],
    ids=["unknown", "no key", "width and sort", "filter", "too many"],
)
def test_invalid_parts_are_reported_and_the_others_apply(query: list[tuple[str, str]], odd: list[str]) -> None:
    address, named = read(query)
    assert named == odd
    assert ColumnRef.parse("name") in address.columns
    assert len(address.columns) <= MAX_COLUMNS


def test_an_old_address_keeps_its_meaning() -> None:
    address, odd = read([("runs", "a,b"), ("axis", "step"), ("experiment", "maze, %"), ("together", "true")])
    assert (address.experiment, address.together, address.columns, odd) == ("maze, %", True, (), [])


def test_widths_are_bounded_and_a_column_is_sorted_by_only_once() -> None:
    address, _odd = read([("width", "1:name"), ("width", "9999:seed"), ("sort", "-name"), ("sort", "name")])
    assert list(address.widths.values()) == [MIN_WIDTH, GREATEST_WIDTH]
    assert [(str(by.ref), by.descending) for by in address.sort] == [("name", True)]


@given(key=KEYS)
def test_the_id_of_a_column_in_the_table_has_only_plain_characters(key: str) -> None:
    """The id is built as in assets/run_columns.js, which the browser's tests compare."""
    plain = column_id(ColumnRef(kind="param", key=key))
    assert set(plain) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789%-._~")
