"""The rows that a query selects and their order, compared with an oracle in plain Python, row by row."""

import functools
import zoneinfo
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.errors.run_lists.columns import ColumnKeyMissing, ColumnUnknown
from domain.errors.run_lists.filters import FilterMisunderstood, NumberUnreadable
from domain.filters.grammar import Kind, parse
from domain.filters.terms import MISSING, Cell, parsed_number
from domain.run_table.column_refs import ColumnRef
from domain.run_table.columns import Column, NumberColumn, TextColumn, TimeColumn
from domain.run_table.query import RunQuery, SortKey, TypedFilter, rows_of, select
from domain.run_table.selection.families import nested, parents
from domain.run_table.selection.filtering import kind_of, match_mask
from domain.run_table.selection.sorting import in_order
from domain.run_table.selection.zones import zone_named
from domain.run_table.table import RunTable
from domain.tracking.outcomes import Diverged, NotFinite, Outcome
from domain.tracking.runs import PARENT_TAG, Run, RunStatus
from tests.filters.cases import Case, cases, cells
from tests.filters.strategies import HOSTILE

ZONES = ("UTC", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia")
DIVERGED = Outcome(None, Diverged(value=NotFinite.NAN, step=3, is_first=False))
# From 2010 on, as a correct clock can show.
MOMENTS = st.integers(1_262_304_000_000, 1_830_000_000_000) | st.sampled_from(
    # The nights in which Berlin changes its clocks, and the day that Apia skipped.
    [1_793_491_200_000 + 900_000 * n for n in range(12)] + [1_325_239_200_000 + 3_600_000 * n for n in range(4)]
)
TEXTS = st.none() | HOSTILE | st.sampled_from(["a", "A", "b", "10", "9", "1.0", "", MISSING, "😀", "ﾊ", "\ud800", "é"])
# Those of a column of numbers, so none of them is a number or missing.
WORDS = HOSTILE.filter(lambda text: text not in ("", MISSING) and parsed_number(text) is None)
NUMBERS = st.none() | st.floats(allow_nan=False, allow_infinity=False) | st.integers(-5, 5) | st.just("diverged")
AMONG_WORDS = NUMBERS.filter(lambda cell: cell != "diverged")


def column_of(kind: Kind, shown: Sequence[Any]) -> Column:
    """Returns a column with these cells: text, numbers with words in place of some, or Unix ms."""
    if kind == "text":
        values = sorted({cell for cell in shown if cell is not None})
        codes = [-1 if cell is None else values.index(cell) for cell in shown]
        return TextColumn(np.array(codes, np.int32), values)
    if kind == "numeric":
        numbers = [float("nan") if cell is None or isinstance(cell, str) else float(cell) for cell in shown]
        reasons = {row: DIVERGED for row, cell in enumerate(shown) if isinstance(cell, str)}
        return NumberColumn(np.array(numbers, np.float64), reasons)
    if kind == "mixed":
        numbers = [float("nan") if cell is None or isinstance(cell, str) else float(cell) for cell in shown]
        words = column_of("text", [cell if isinstance(cell, str) else None for cell in shown])
        assert isinstance(words, TextColumn)
        return NumberColumn(np.array(numbers, np.float64), words=words)
    missing = np.array([cell is None for cell in shown], np.bool_)
    return TimeColumn(np.array([0 if cell is None else cell for cell in shown], np.int64), missing)


def as_shown(kind: Kind, cell: Any, zone: tzinfo) -> Cell:
    """Returns the text of the cell, as the filters of one cell take it."""
    if kind == "datetime" and cell is not None:
        return datetime.fromtimestamp(cell // 1000, zone).strftime("%Y-%m-%d %H:%M:%S")
    return cell or None if kind == "text" else cell


def unix_ms(moment: Cell) -> int | None:
    if moment is None:
        return None
    return round(datetime.strptime(str(moment), "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    "case", [case for case in cases() if case.refusal is None], ids=lambda c: f"{c.kind}:{c.typed}"
)
def test_the_query_finds_the_cells_of_each_filter_case(case: Case) -> None:
    values = cells(case.kind)
    column = column_of(case.kind, [unix_ms(cell) for cell in values] if case.kind == "datetime" else values)
    found = match_mask(column, parse(case.typed, kind_of(column)), UTC)
    assert [cell for cell, is_kept in zip(values, found, strict=True) if is_kept] == case.found


SHOWN_WITH_ONE = [0.04, -0.04, 0.05, 0.06, 66.66666666666667, 66.64, 28.499999999999996, 0.25, None]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("<= 0.0", [0.04, -0.04]),
        ("0", [0.04, -0.04]),
        ("> 0", [0.05, 0.06, 66.66666666666667, 66.64, 28.499999999999996, 0.25]),
        ("0.1", [0.05, 0.06]),
        ("66.7", [66.66666666666667]),
        ("0.3", [0.25]),
        ("0.2", []),
        ("28.5", [28.499999999999996]),
        ("0.04", [0.04]),
        ("0..0.1", [0.04, -0.04, 0.05, 0.06]),
        ("!= 0", [0.05, 0.06, 66.66666666666667, 66.64, 28.499999999999996, 0.25, None]),
    ],
)
def test_a_number_finds_every_cell_that_is_shown_rounded_to_it(typed: str, found: list[float | None]) -> None:
    column = column_of("numeric", SHOWN_WITH_ONE)
    assert isinstance(column, NumberColumn)
    there = match_mask(column._replace(decimals=1), parse(typed, "numeric"), UTC)
    assert [cell for cell, is_kept in zip(SHOWN_WITH_ONE, there, strict=True) if is_kept] == found


COLUMNS = st.one_of(
    st.tuples(st.just("text"), st.lists(TEXTS, max_size=12)),
    st.tuples(st.just("numeric"), st.lists(NUMBERS, max_size=12)),
    st.tuples(st.just("mixed"), st.lists(WORDS | AMONG_WORDS, max_size=12)),
    st.tuples(st.just("datetime"), st.lists(st.none() | MOMENTS, max_size=12)),
)
DATES = st.sampled_from(["2026-10-25", "2026-10-25 02", "2011-12-30", "2026-11..2027", "> 2026-10-25 01:59", "= –"])
OPERATORS = st.sampled_from(["", "= ", "!= ", "> ", ">= ", "< ", "<= "])


@given(
    typed_cells=COLUMNS,
    typed=HOSTILE | DATES,
    operator=OPERATORS,
    place=st.integers(0, 11),
    zone=st.sampled_from(ZONES),
)
@example(typed_cells=("text", ["", MISSING, None]), typed="–", operator="= ", place=0, zone="UTC")
@example(typed_cells=("numeric", ["diverged", None]), typed="–", operator="!= ", place=0, zone="UTC")
def test_filtering_a_column_equals_filtering_each_of_its_cells(
    typed_cells: tuple[Kind, list[Any]], typed: str, operator: str, place: int, zone: str
) -> None:
    kind, there = typed_cells
    clock = zoneinfo.ZoneInfo(zone)
    shown = [as_shown(kind, cell, clock) for cell in there]
    # Also by the text of a cell, or hostile input would rarely find anything.
    for text in (typed, operator + typed, f"{operator}{shown[place]}" if place < len(shown) else typed):
        try:
            typed_filter = parse(text, kind)
        except FilterMisunderstood:
            continue
        found = match_mask(column_of(kind, there), typed_filter, zone_named(zone)).tolist()
        assert found == [typed_filter.matches(cell) for cell in shown], (text, shown)


def compared(one: Any, other: Any, descending: bool) -> int:
    """Compares as DataTable's sort/multi.ts: missing values, or a word in place of a number, come last."""

    def before(a: Any, b: Any) -> bool:
        if is_missing(a):
            return False
        return is_missing(b) or (units(a) > units(b) if descending else units(a) < units(b))

    return -1 if before(one, other) else 1 if before(other, one) else 0


def ordered_by(rows: list[int], shown: Sequence[Any], descending: bool) -> list[int]:
    def compare(one: int, other: int) -> int:
        return compared(shown[one], shown[other], descending)

    return sorted(rows, key=functools.cmp_to_key(compare))


def is_missing(cell: Any) -> bool:
    return cell in (None, "", MISSING, "diverged")


def units(cell: Any) -> Any:
    """Returns the code units that JavaScript compares."""
    return list(memoryview(cell.encode("utf-16", "surrogatepass")[2:]).cast("H")) if isinstance(cell, str) else cell


@given(
    st.integers(0, 10).flatmap(
        lambda size: st.lists(
            st.tuples(
                st.one_of(
                    st.tuples(st.just("text"), st.lists(TEXTS, min_size=size, max_size=size)),
                    st.tuples(st.just("numeric"), st.lists(NUMBERS, min_size=size, max_size=size)),
                    st.tuples(st.just("mixed"), st.lists(WORDS | AMONG_WORDS, min_size=size, max_size=size)),
                    st.tuples(st.just("datetime"), st.lists(st.none() | MOMENTS, min_size=size, max_size=size)),
                ),
                st.booleans(),
            ),
            min_size=1,
            max_size=3,
        )
    )
)
def test_rows_are_sorted_as_in_the_browser(by: list[tuple[tuple[Kind, list[Any]], bool]]) -> None:
    """The browser sees the time to the second only."""
    rows = np.arange(len(by[0][0][1]))
    expected: list[int] = rows.tolist()
    for (kind, typed_cells), descending in reversed(by):
        shown = [cell // 1000 if kind == "datetime" and cell is not None else cell for cell in typed_cells]
        shown = ["diverged" if kind == "mixed" and isinstance(cell, str) else cell for cell in shown]
        expected = ordered_by(expected, shown, descending)
    assert (
        in_order(rows, [(column_of(*typed_cells), descending) for typed_cells, descending in by]).tolist() == expected
    )


def run(number: int, parent: int | str | None = None, **changes: Any) -> Run:
    """Returns the nth run, the newest first."""
    parent = f"{parent:032}" if isinstance(parent, int) else parent
    started = datetime.fromtimestamp(1_790_000_000 - number, UTC)
    values: dict[str, Any] = {
        **{"run_id": f"{number:032}", "name": f"run {number}", "experiment_id": "1", "experiment": "maze"},
        **{"status": RunStatus.FINISHED, "started_at": started, "ended_at": None, "params": {}, "metrics": {}},
        "tags": {} if parent is None else {PARENT_TAG: parent},
    }
    return Run.model_validate(values | changes)


def nested_by_recursion(rows: list[int], parent: dict[int, int]) -> list[tuple[int, int]]:
    """Builds the tree as assets/tables.js does, by recursion."""
    there, placed = set(rows), dict[int, int]()

    def place(row: int, depth: int) -> None:
        if row not in placed:
            placed[row] = depth
            for child in rows:
                if parent.get(child) == row:
                    place(child, depth + 1)

    for row in rows:
        if parent.get(row) not in there:
            place(row, 0)
    for row in rows:
        place(row, 0)
    return list(placed.items())


FAMILIES = st.lists(st.none() | st.integers(0, 8) | st.just("gone"), max_size=9)


@given(family=FAMILIES, chosen=st.sets(st.integers(0, 8)))
@example(family=[1, 2, 0, 0, 4], chosen=set(range(5)))
def test_children_are_listed_below_their_parent(family: list[int | str | None], chosen: set[int]) -> None:
    table = RunTable.of(run(number, parent) for number, parent in enumerate(family))
    known = {row: one for row, one in enumerate(family) if isinstance(one, int) and one < len(family) and one != row}
    assert {row: int(one) for row, one in enumerate(parents(table)) if one >= 0} == known
    rows = [row for row in range(len(family)) if row in chosen]
    ordered, depths = nested(np.array(rows, np.intp), parents(table))
    assert list(zip(ordered.tolist(), depths.tolist(), strict=True)) == nested_by_recursion(rows, known)


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "name": TEXTS,
            "experiment": st.sampled_from(["maze", "Maze", "cart, pole"]),
            "algorithm": st.sampled_from([None, "ppo", "PPO", MISSING, ""]),
            "seed": NUMBERS,
            "started": st.none() | MOMENTS,
        }
    ),
    max_size=9,
)
KINDS: dict[str, Kind] = {
    **{"name": "text", "experiment": "text", "algorithm": "text"},
    **{"seed": "numeric", "started": "datetime"},
}
FILTERS = st.dictionaries(st.sampled_from(list(KINDS)), st.sampled_from(["a", "= –", "!= –", "> 0", "2026", "1 or 2"]))
SORTS = st.lists(st.sampled_from([sign + name for name in KINDS for sign in ("", "-")]), max_size=3)


@given(
    rows=ROWS,
    family=FAMILIES,
    filters=FILTERS,
    sort=SORTS,
    experiment=st.sampled_from([None, "maze", "cart, pole", "none such"]),
    algorithm=st.sampled_from([None, "ppo", MISSING]),
    is_together=st.booleans(),
)
def test_a_query_selects_the_rows_that_plain_python_selects(
    rows: list[dict[str, Any]],
    family: list[int | str | None],
    filters: dict[str, str],
    sort: list[str],
    experiment: str | None,
    algorithm: str | None,
    is_together: bool,
) -> None:
    family = (family + [None] * len(rows))[: len(rows)]
    table = RunTable.of(run(number, parent) for number, parent in enumerate(family))
    query = RunQuery.model_validate(
        {"filters": filters, "sort": sort, "experiment": experiment, "algorithm": algorithm, "together": is_together}
    )
    found = select(table, query, lambda ref: column_of(KINDS[ref.key], [row[ref.key] for row in rows]))
    chosen = [
        number
        for number, row in enumerate(rows)
        if experiment in (None, row["experiment"]) and algorithm in (None, row["algorithm"] or MISSING)
    ]
    known = {row: one for row, one in enumerate(family) if isinstance(one, int) and one < len(rows) and one != row}
    placed = nested_by_recursion(chosen, known) if is_together else [(row, 0) for row in chosen]
    misfits = set()
    for name, typed in filters.items():
        try:
            typed_filter = parse(typed, KINDS[name])
        except FilterMisunderstood:
            misfits.add(name)
        else:
            placed = [one for one in placed if typed_filter.matches(as_shown(KINDS[name], rows[one[0]][name], UTC))]
    for key in reversed(sort):
        name, descending = key.lstrip("-"), key.startswith("-")
        shown = [row[name] if name != "started" or row[name] is None else row[name] // 1000 for row in rows]
        depth = dict(placed)
        placed = [(row, depth[row]) for row in ordered_by(list(depth), shown, descending)]
    assert {str(ref) for ref in found.misfits} == misfits
    assert list(zip(found.rows.tolist(), found.depths.tolist(), strict=True)) == placed
    assert rows_of(table, query, lambda ref: column_of(KINDS[ref.key], [row[ref.key] for row in rows])).tolist() == [
        row for row, _depth in placed
    ]


def test_a_query_is_parsed_from_json() -> None:
    fields = '{"columns": ["name", "param:a:b,c"], "filters": {"param:-x": "> 3"}, "sort": ["-metric:a", "seed"]}'
    query = RunQuery.model_validate_json(fields)
    assert query.columns == (ColumnRef(kind="built_in", key="name"), ColumnRef(kind="param", key="a:b,c"))
    assert query.filters == (TypedFilter(ColumnRef(kind="param", key="-x"), "> 3"),)
    assert query.sort == (
        SortKey(ColumnRef(kind="metric", key="a"), True),
        SortKey(ColumnRef(kind="built_in", key="seed"), False),
    )
    assert [str(key) for key in query.sort] == ["-metric:a", "seed"]


@pytest.mark.parametrize("fields", [{"columns": ["no such"]}, {"sort": ["--name"]}, {"filters": {"paramlr": "x"}}])
def test_an_unknown_column_is_reported(fields: dict[str, Any]) -> None:
    with pytest.raises(ColumnUnknown):
        RunQuery.model_validate(fields)


def test_a_column_without_a_key_is_reported() -> None:
    with pytest.raises(ColumnKeyMissing):
        RunQuery.model_validate({"columns": ["param:"]})


@pytest.mark.parametrize(
    "fields", [{"columns": "name"}, {"sort": [1]}, {"filters": ["x"]}, {"filters": {"name": 5}}, {"x": 1}]
)
def test_an_invalid_query_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        RunQuery.model_validate(fields)


def test_an_invalid_filter_is_reported_and_drops_no_run() -> None:
    table = RunTable.of([run(0), run(1)])
    query = RunQuery.model_validate({"filters": {"seed": "many"}})
    found = select(table, query, lambda _ref: column_of("numeric", [1, 2]))
    assert found.rows.tolist() == [0, 1]
    assert [type(error) for error in found.misfits.values()] == [NumberUnreadable]


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../../etc/passwd", "/etc/localtime", "\x00", "Europe", "x" * 99])
def test_an_unknown_time_zone_is_utc(name: str) -> None:
    assert zone_named(name) is UTC


def test_every_kind_has_a_column_type() -> None:
    assert {kind_of(column_of(kind, [])) for kind in get_args(Kind)} == set(get_args(Kind))
