"""Rows made from the columns of the run table equal those made from each run alone, and so does their CSV."""

import csv
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.run_rows.list_csv import csv_pieces
from components.run_rows.rows import ListData, built_in, cells, row_dicts
from components.run_rows.word_columns import WordColumns, screen_columns
from components.runs.nested import nesting_texts
from components.texts import words
from domain.run_facts.run_summary import summarise
from domain.run_table.column_of import column_of
from domain.run_table.column_refs import BUILT_IN, ColumnRef
from domain.run_table.columns import Column, NumberColumn
from domain.run_table.query import Selection
from domain.run_table.silence_column import silent_minutes
from domain.run_table.table import RunTable
from domain.tracking.outcomes import Diverged, NotFinite, Outcome
from domain.tracking.runs import Run
from domain.tracking.silence import silent_minutes as silent_minutes_of
from domain.tracking.vocabulary import DEFAULT
from tests.run_table.hostile_runs import KEYS, LISTS, NOW
from tests.summary_rows import RowTexts
from tests.summary_rows import row as summary_row

STATUS, SILENT = built_in("status"), built_in("silent_minutes")
ALL = [ColumnRef(kind="built_in", key=key) for key in BUILT_IN]
EXTRA = st.lists(
    st.builds(ColumnRef, kind=st.sampled_from(["param", "tag", "metric"]), key=KEYS.filter(bool)),
    max_size=3,
    unique=True,
)


def known(runs: list[Run]) -> ListData:
    table = RunTable.of(runs)

    def raw(ref: ColumnRef) -> Column:
        return column_of(table, ref, DEFAULT, NOW)

    made, never = WordColumns(table, raw, DEFAULT), np.full(len(table), np.nan)
    shown, lasting = (screen_columns(made, raw, silent) for silent in (silent_minutes(table, NOW), never))
    return ListData(table, raw, shown, lasting, DEFAULT)


def everything(table: RunTable) -> Selection:
    return Selection(np.arange(len(table)), np.zeros(len(table), np.int64), {})


def sorted_remarks(text: str) -> list[str]:
    """Sorts a run's remarks about odd rates: their order does not matter."""
    return sorted(text.split("; "))


@given(runs=LISTS)
def test_a_row_of_the_list_equals_the_row_of_the_run_alone(runs: list[Run]) -> None:
    there = known(runs)
    ordered = list(there.table.runs())
    summaries = [summarise(run, DEFAULT) for run in ordered]
    nested, texts = nesting_texts(summaries), RowTexts.now()
    rows = row_dicts(there, ALL, everything(there.table))
    status = cells(there.shown(STATUS), everything(there.table).rows)
    for number, (run, summary, row) in enumerate(zip(ordered, summaries, rows, strict=True)):
        expected = summary_row(summary, texts, nested.get(run.run_id))
        minutes = silent_minutes_of(run, NOW)
        silence = "" if minutes is None else f" · {words.silence(minutes)}"
        assert (row["status"], row["silent_minutes"]) == (expected["status"], None)
        assert status[number] == expected["status"] + silence
        assert there.shown(SILENT).at(number) == minutes
        assert sorted_remarks(row["remarks"]) == sorted_remarks(expected["remarks"])
        for key in expected.keys() - {"status", "remarks", "keys", "no_value", "duration_minutes", "started_ms"}:
            assert row[key] == (expected[key] or words.MISSING if isinstance(expected[key], str) else expected[key]), (
                key
            )
        assert row["keys"] == expected["keys"]
        no_value = dict(expected["no_value"] or {})
        if row["keys"].get("episodes") in DEFAULT.per_episode:
            no_value.pop("episodes", None)  # it counts by its step: its last value does not give the number of episodes
        assert (row["no_value"] or {}) == no_value
        assert row["duration_minutes"] == pytest.approx(expected["duration_minutes"])
        assert row["started_ms"] == pytest.approx(expected["started_ms"], abs=1)


@given(runs=LISTS, refs=EXTRA)
def test_any_parameter_tag_or_metric_can_be_a_column(runs: list[Run], refs: list[ColumnRef]) -> None:
    there = known(runs)
    for run, row in zip(there.table.runs(), row_dicts(there, refs, everything(there.table)), strict=True):
        for ref in refs:
            logged = run.metrics.get(ref.key) if ref.kind == "metric" else getattr(run, f"{ref.kind}s").get(ref.key)
            shown, whole = row[str(ref)], row["keys"].get(str(ref))
            if logged is None or logged == "":
                assert shown in (None, words.MISSING)
            elif ref.kind == "metric":
                assert shown == logged.value if np.isfinite(logged.value) else shown is None
                assert (str(ref) in (row["no_value"] or {})) == (not np.isfinite(logged.value))
            else:
                assert logged in (shown, whole, f"{shown:.4g}" if isinstance(shown, float) else None)


@given(runs=LISTS, refs=EXTRA)
def test_the_csv_has_every_digit_of_every_row(runs: list[Run], refs: list[ColumnRef]) -> None:
    there = known(runs)
    seed = ColumnRef(kind="built_in", key="seed")
    text = "".join(csv_pieces(there, [*refs, seed], np.arange(len(there.table))))
    [head, *lines] = csv.reader(io.StringIO(text, newline=""))
    assert [cell.replace("'", "") for cell in head] == [str(ref).replace("'", "") for ref in [*refs, seed]]
    for run, line in zip(there.table.runs(), lines, strict=True):
        for ref, cell in zip(refs, line, strict=False):
            if ref.kind == "metric" and ref.key in run.metrics:
                assert float(cell) == pytest.approx(run.metrics[ref.key].value, nan_ok=True, rel=0, abs=0)
            elif ref.kind != "metric":
                assert cell.replace("'", "") == getattr(run, f"{ref.kind}s").get(ref.key, "").replace("'", "")


def test_the_csv_names_what_is_still_loading() -> None:
    runs = [
        Run.model_validate(run) for run in (logged("a", 1.0), logged("b", None), logged("c", 3.0), logged("d", 4.0))
    ]
    there = known(runs)
    least = ColumnRef(kind="least", key="loss")
    values, order = np.array([0.5, np.nan, np.nan, np.nan]), [there.table.row_of(name) for name in "abcd"]
    diverged = Outcome(None, Diverged(value=NotFinite.NAN, step=1, is_first=True))
    column = NumberColumn(values[np.argsort(order)], {order[3] or 0: diverged}, pending=1)
    coming = there._replace(raw=lambda ref: column if ref == least else there.raw(ref))
    text = "".join(csv_pieces(coming, [built_in("name"), least], np.array(order)))
    assert text.splitlines() == ["name,least:loss", "a,0.5", "b,", "c,pending", "d,NaN"]


def logged(name: str, loss: float | None) -> dict[str, object]:
    point = {} if loss is None else {"loss": {"value": loss, "step": 1, "timestamp": 0}}
    return {
        **{"run_id": name, "name": name, "experiment_id": "1", "experiment": "e", "status": "FINISHED"},
        **{"started_at": None, "ended_at": None, "params": {}, "tags": {}, "metrics": point},
    }
