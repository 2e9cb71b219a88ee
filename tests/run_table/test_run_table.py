"""The table holds the runs that it was made of, to the last bit, in whatever pieces it was built."""

from hypothesis import given
from hypothesis import strategies as st

from domain.run_table.table import RunTable
from domain.tracking.nesting import family_of
from domain.tracking.runs import Run, RunStatus
from tests.run_table.hostile_runs import LISTS, RUN_IDS, TEXTS


def in_order(runs: list[Run]) -> list[Run]:
    """Returns the runs in the order of the list, in plain Python."""
    known = sorted((run for run in runs if run.started_at is not None), key=lambda run: run.run_id)
    known.sort(key=lambda run: run.started_at, reverse=True)  # type: ignore[arg-type, return-value]
    return known + sorted((run for run in runs if run.started_at is None), key=lambda run: run.run_id)


@given(runs=LISTS)
def test_the_runs_come_back_in_the_order_of_the_list(runs: list[Run]) -> None:
    table = RunTable.of(runs)
    assert list(table.runs()) == in_order(runs)
    assert list(table.run_ids) == [run.run_id for run in in_order(runs)]
    assert len(table) == len(runs)


@given(runs=LISTS)
def test_a_run_equals_the_one_it_was_made_of(runs: list[Run]) -> None:
    table = RunTable.of(runs)
    for run in runs:
        found = table.get(run.run_id)
        assert found == run
        assert run == found
        assert found is not None
        assert found.model_dump() == run.model_dump()
        assert {key: found.metrics[key] for key in run.metrics} == run.metrics
        assert all(key in found.metrics for key in run.metrics)
        assert "never logged" not in found.metrics


@given(runs=LISTS, run_id=st.one_of(RUN_IDS, TEXTS))
def test_a_run_is_found_by_its_id_and_no_other(runs: list[Run], run_id: str) -> None:
    by_id = {run.run_id: run for run in runs}
    table = RunTable.of(runs)
    assert table.get(run_id) == by_id.get(run_id)
    assert (run_id in table) == (run_id in by_id)


@given(runs=LISTS, others=LISTS)
def test_a_joined_table_equals_a_table_of_all_runs(runs: list[Run], others: list[Run]) -> None:
    """The tables are equal bit by bit; later rows replace earlier ones."""
    joined = RunTable.joined([RunTable.of(runs), RunTable.of(others)])
    at_once = RunTable.of([*runs, *others])
    assert joined.has_same_runs(at_once)
    assert list(joined.runs()) == in_order(list({run.run_id: run for run in [*runs, *others]}.values()))


@given(runs=LISTS, gone=st.sets(RUN_IDS))
def test_a_table_without_removed_runs_equals_a_table_of_the_others(runs: list[Run], gone: set[str]) -> None:
    assert RunTable.of(runs).without(gone).has_same_runs(RunTable.of([run for run in runs if run.run_id not in gone]))


@given(runs=LISTS, others=LISTS)
def test_tables_are_equal_if_and_only_if_their_runs_are(runs: list[Run], others: list[Run]) -> None:
    same = repr(in_order(runs)) == repr(in_order(others))  # as −0.0 equals 0.0
    assert RunTable.of(runs).has_same_runs(RunTable.of(others)) == same or _differ_in_order(runs, others)


def _differ_in_order(runs: list[Run], others: list[Run]) -> bool:
    """Returns whether the runs are equal after all: their repr has keys in the order of logging, which a table does
    not keep."""
    return [run.model_dump() for run in in_order(runs)] == [run.model_dump() for run in in_order(others)]


@given(runs=LISTS)
def test_keys_and_their_columns_contain_what_was_logged(runs: list[Run]) -> None:
    table, ordered = RunTable.of(runs), in_order(runs)
    for found, logged in (
        (table.metric_keys(), [run.metrics for run in ordered]),
        (table.param_keys(), [run.params for run in ordered]),
        (table.tag_keys(), [run.tags for run in ordered]),
    ):
        keys = sorted({key for row in logged for key in row}, key=lambda key: key.encode("utf-8", "surrogatepass"))
        assert list(found.names) == keys
        assert found.runs.tolist() == [sum(key in row for row in logged) for key in keys]
    for key in [*table.metric_keys().names, "never logged"]:
        column = table.metric(key)
        assert column.logged.tolist() == [key in run.metrics for run in ordered]
        for row, run in enumerate(ordered):
            if key in run.metrics:
                point = run.metrics[key]
                assert repr(column.value[row].item()) == repr(point.value)
                assert (column.step[row], column.timestamp[row]) == (point.step, point.timestamp)
    for key in [*table.param_keys().names, "never logged"]:
        assert [table.param(key).at(row) for row in range(len(runs))] == [run.params.get(key) for run in ordered]
    for key in table.tag_keys().names:
        assert [table.tag(key).at(row) for row in range(len(runs))] == [run.tags.get(key) for run in ordered]


@given(runs=LISTS, parent=RUN_IDS, statuses=st.sets(st.sampled_from(RunStatus)))
def test_runs_are_found_by_parent_and_by_status(runs: list[Run], parent: str, statuses: set[RunStatus]) -> None:
    table, ordered = RunTable.of(runs), in_order(runs)
    assert table.children_of(parent) == [run for run in ordered if run.parent_id == parent]
    held = [row for row, run in enumerate(ordered) if run.status in statuses]
    assert table.rows_with_status(*statuses).tolist() == held
    for run in runs:
        assert family_of(run, table).parent == (None if run.parent_id is None else table.get(run.parent_id))


def test_an_empty_table_has_no_runs() -> None:
    table = RunTable.of([])
    assert len(table) == 0
    assert table.get("r1") is None
    assert list(table.runs()) == []
    assert RunTable.joined([]).has_same_runs(table)
    assert RunTable.joined([table, table]).has_same_runs(table)
