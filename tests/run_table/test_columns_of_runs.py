"""Any column of the table equals, row by row, the summary of each run."""

import math
from datetime import UTC, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BadInput
from domain.filters.grammar import parse
from domain.filters.terms import MISSING, parsed_number
from domain.run_facts.run_summary import RunSummary, summarise
from domain.run_table.column_of import column_of
from domain.run_table.column_refs import BUILT_IN, KEYED_KINDS, MAX_CHARACTERS, ColumnRef
from domain.run_table.columns import NumberColumn, TextColumn, TimeColumn
from domain.run_table.selection.filtering import kind_of, match_mask
from domain.run_table.selection.sorting import in_order
from domain.run_table.table import RunTable
from domain.tracking.runs import Run
from domain.tracking.silence import silent_minutes
from domain.tracking.vocabulary import DEFAULT
from tests.run_table.hostile_runs import LISTS, NOW, TEXTS

FIELD_OF = {
    **{name: name for name in ("name", "run_id", "experiment", "algorithm", "environment", "status", "seed")},
    **{name: name for name in ("episodes", "final_reward", "final_loss", "episode_length")},
    "nested": "parent_id",
}


def cells(table: RunTable, text: str) -> list[object]:
    column = column_of(table, ColumnRef.parse(text), DEFAULT, NOW)
    return [column.at(row) for row in range(len(table))]


@given(runs=LISTS)
def test_built_in_columns_equal_the_summaries(runs: list[Run]) -> None:
    table = RunTable.of(runs)
    rows = [summarise(run, DEFAULT) for run in table.runs()]
    for name, field in FIELD_OF.items():
        assert cells(table, name) == [getattr(row, field) for row in rows], name
    assert cells(table, "success_percent") == [
        None if row.success_rate is None else row.success_rate * 100 for row in rows
    ]
    durations = [None if row.duration_seconds is None else row.duration_seconds / 60 for row in rows]
    assert cells(table, "duration_minutes") == durations
    assert cells(table, "sample") == ["true" if row.is_sample else None for row in rows]
    assert cells(table, "diverged") == [", ".join(names_in_order(row.diverged)) or None for row in rows]
    remarks = [", ".join(names_in_order(row.diverged) + names_in_order(row.out_of_range)) or None for row in rows]
    assert cells(table, "remarks") == remarks


def names_in_order(named: dict[str, object]) -> list[str]:
    return sorted(named)


@given(runs=LISTS)
def test_columns_of_times_and_users_equal_the_runs(runs: list[Run]) -> None:
    table = RunTable.of(runs)
    known = list(table.runs())
    for name, moments in (("started", [r.started_at for r in known]), ("ended", [r.ended_at for r in known])):
        expected = [None if moment is None else (moment - NOW) // timedelta(milliseconds=1) for moment in moments]
        now_ms = round(NOW.timestamp() * 1000)
        assert cells(table, name) == [None if ms is None else now_ms + ms for ms in expected]
    assert cells(table, "user") == [run.tags.get("mlflow.user") for run in known]
    assert cells(table, "silent_minutes") == [silent_minutes(run, NOW) for run in known]


@given(runs=LISTS)
def test_a_logged_value_that_is_no_valid_number_has_a_reason(runs: list[Run]) -> None:
    table = RunTable.of(runs)
    rows = [summarise(run, DEFAULT) for run in table.runs()]
    for name in ("success_percent", "episodes", "final_reward", "final_loss", "episode_length"):
        column = column_of(table, ColumnRef.parse(name), DEFAULT)
        assert isinstance(column, NumberColumn)
        field = "success_rate" if name == "success_percent" else name
        expected = {number: why for number, row in enumerate(rows) if (why := _reason(row, field)) is not None}
        found = {row: (outcome.diverged, outcome.out_of_range) for row, outcome in column.reasons.items()}
        assert found == expected, name


def _reason(row: RunSummary, field: str) -> tuple[object, object] | None:
    key = row.keys.get(field)
    if key is None or getattr(row, field) is not None:
        return None
    if field == "episodes" and key in DEFAULT.per_episode:  # it is counted by its steps: its value gives no reason
        return None
    why = row.diverged.get(key), row.out_of_range.get(key)
    return None if why == (None, None) else why


@given(runs=LISTS)
def test_columns_of_any_key_equal_the_runs(runs: list[Run]) -> None:
    table = RunTable.of(runs)
    known = list(table.runs())
    for key in [key for key in table.metric_keys().names if key]:
        points = [run.metrics.get(key) for run in known]
        expected = [None if point is None or not math.isfinite(point.value) else point.value for point in points]
        assert cells(table, f"metric:{key}") == expected
    for kind, names, logged in (
        ("param", table.param_keys().names, [run.params for run in known]),
        ("tag", table.tag_keys().names, [run.tags for run in known]),
    ):
        for key in filter(None, names):
            texts = [row.get(key) for row in logged]
            numbers = [None if text is None else parsed_number(text) for text in texts]
            there = [number for text, number in zip(texts, numbers, strict=True) if text not in (None, "", MISSING)]
            are_numbers = sum(number is not None for number in there) * 2 > len(there)
            assert cells(table, f"{kind}:{key}") == (numbers if are_numbers else texts)
            column = column_of(table, ColumnRef.parse(f"{kind}:{key}"), DEFAULT)
            if isinstance(column, NumberColumn):
                assert column.logged_as is not None
                assert [column.logged_as.at(row) for row in range(len(table))] == texts


def test_words_in_a_column_of_numbers_are_filtered_as_text_and_sorted_last() -> None:
    texts = ["0.01", "cosine", None, "1e-3", "3e-4", "–"]
    table = RunTable.of(maze_run(number, {} if text is None else {"lr": text}) for number, text in enumerate(texts))
    column = column_of(table, ColumnRef.parse("param:lr"), DEFAULT)
    assert isinstance(column, NumberColumn)
    assert (kind_of(column), column.words and column.words.at(1)) == ("mixed", "cosine")
    assert in_order(np.arange(6), [(column, False)]).tolist() == [4, 3, 0, 1, 2, 5]
    assert in_order(np.arange(6), [(column, True)]).tolist() == [0, 3, 4, 1, 2, 5]
    for typed, found in (("< 0.01", [3, 4]), ("cosine", [1]), ("= –", [2, 5]), ("!= cosine", [0, 2, 3, 4, 5])):
        assert np.flatnonzero(match_mask(column, parse(typed, "mixed"), UTC)).tolist() == found, typed


def test_a_column_is_numeric_if_more_than_half_of_its_values_are_numbers() -> None:
    for texts, kind in ((["1", "a"], "text"), (["1", "2", "a"], "mixed"), (["1", ""], "numeric"), (["–"], "text")):
        table = RunTable.of(maze_run(number, {"x": text}) for number, text in enumerate(texts))
        assert kind_of(column_of(table, ColumnRef.parse("param:x"), DEFAULT)) == kind, texts


def maze_run(number: int, params: dict[str, str]) -> Run:
    """Returns the nth run, the newest first."""
    values = {"run_id": f"r{number}", "name": "", "experiment_id": "1", "experiment": "maze", "status": "FINISHED"}
    started = NOW - timedelta(minutes=number)
    return Run.model_validate(
        values | {"started_at": started, "ended_at": None, "params": params, "metrics": {}, "tags": {}}
    )


@pytest.mark.parametrize("name", BUILT_IN)
def test_each_built_in_column_of_an_empty_table_is_empty(name: str) -> None:
    column = column_of(RunTable.of([]), ColumnRef.parse(name), DEFAULT)
    assert isinstance(column, NumberColumn | TextColumn | TimeColumn)
    assert cells(RunTable.of([]), name) == []


@given(kind=st.sampled_from(KEYED_KINDS), key=TEXTS.filter(bool))
def test_a_column_reference_is_read_from_its_own_text(kind: str, key: str) -> None:
    ref = ColumnRef.parse(f"{kind}:{key}")
    assert (ref.kind, ref.key) == (kind, key)
    assert ColumnRef.parse(str(ref)) == ref


@pytest.mark.parametrize("text", ["", "nonsense", "param:", "params:lr", ":x", "built_in:name", "metric"])
def test_an_invalid_column_reference_is_reported(text: str) -> None:
    with pytest.raises(BadInput):
        ColumnRef.parse(text)


def test_a_column_reference_that_is_too_long_is_refused() -> None:
    with pytest.raises(BadInput, match="characters"):
        ColumnRef.parse("param:" + "x" * MAX_CHARACTERS)


def test_a_column_whose_facts_are_not_loaded_is_partial() -> None:
    table = RunTable.of([])
    assert table.is_partial_in(ColumnRef.parse("least:loss"))
    assert not table.is_partial_in(ColumnRef.parse("metric:loss"))
    some = table.with_facts(only_metrics=frozenset({"loss"}))
    assert some.is_partial_in(ColumnRef.parse("metric:reward"))
    assert not some.is_partial_in(ColumnRef.parse("metric:loss"))
