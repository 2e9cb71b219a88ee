"""The columns that the relations draw: equal to the table's, and missing values are counted by their reason."""

import base64
import math
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.relations.relation_columns import relation_columns
from components.run_rows.rows import ListData
from domain.run_table.column_of import column_of
from domain.run_table.column_refs import ColumnRef
from domain.run_table.query import RunQuery
from domain.run_table.table import RunTable
from domain.tracking.runs import LatestMetric, Run, RunStatus
from domain.tracking.vocabulary import DEFAULT

STARTED = datetime(2026, 11, 29, 12, tzinfo=UTC)
texts = st.sampled_from(["adam", "sgd", "", "報酬", "<b>", "a,b", "1e-3 ?", "🚀"])
numbers = st.sampled_from(["0.1", "1e-3", "7", "-2.5"])
metrics = st.sampled_from([0.0, 1.5, -3.0, math.nan, math.inf, -math.inf])
logged = st.fixed_dictionaries({}, optional={"optimizer": texts, "lr": numbers, "loss": metrics})


def run(n: int, what: dict[str, Any]) -> Run:
    point = {"odd/x": LatestMetric(value=what["loss"], step=1, timestamp=1)} if "loss" in what else {}
    return Run(
        run_id=f"{n:032x}",
        name=f"run {n}",
        experiment_id="1",
        experiment="e" if n % 2 else "f",
        status=RunStatus.FINISHED,
        started_at=STARTED if n % 3 else None,
        ended_at=None,
        params={key: what[key] for key in ("optimizer", "lr") if key in what},
        metrics=point,
        tags={},
    )


def known(runs: list[Run]) -> ListData:
    table = RunTable.of(runs)

    def column(ref: ColumnRef) -> Any:
        return column_of(table, ref, DEFAULT)

    return ListData(table, column, column, column, DEFAULT)


def relations(runs: list[Run], *refs: str, **query: Any) -> dict[str, Any]:
    return relation_columns(known(runs), RunQuery.model_validate({"columns": refs, **query}))


def values(column: dict[str, Any]) -> list[Any]:
    raw = np.frombuffer(base64.b64decode(column["values"]), "<i4" if column["kind"] == "text" else "<f8")
    if column["kind"] == "text":
        return [column["categories"][code] if code >= 0 else None for code in raw.tolist()]
    return [None if math.isnan(value) else value for value in raw.tolist()]


@given(st.lists(logged, min_size=1, max_size=8))
def test_each_column_has_the_values_that_the_runs_logged(what: list[dict[str, Any]]) -> None:
    runs = {each.run_id: each for each in (run(n, one) for n, one in enumerate(what))}
    found = relations(list(runs.values()), "param:lr", "param:optimizer", "metric:odd/x", "started")
    lr, optimizer, loss, started = (dict(zip(found["ids"], values(each), strict=True)) for each in found["columns"])
    assert found["names"] == [runs[run_id].name for run_id in found["ids"]]
    for run_id, one in runs.items():
        assert lr[run_id] == (float(one.params["lr"]) if "lr" in one.params else None)
        assert optimizer[run_id] == (one.params.get("optimizer") or None)
        point = one.metrics.get("odd/x")
        assert loss[run_id] == (point.value if point is not None and math.isfinite(point.value) else None)
        assert started[run_id] == (None if one.started_at is None else one.started_at.timestamp() * 1000)
    for column in found["columns"]:
        nothing = sum(each is None for each in values(column))
        assert column["none"] + column["diverged"] + column["out_of_range"] == nothing
    assert found["columns"][2]["diverged"] == sum("loss" in one and not math.isfinite(one["loss"]) for one in what)


def test_words_in_a_column_of_numbers_have_no_value_and_are_listed() -> None:
    rates = ["0.1", "cosine", "1e-3", "cosine", "7", "linear", "2"]
    runs = [run(n, {"lr": rate}) for n, rate in enumerate(rates)]
    column = relations([*runs, run(9, {})], "param:lr")["columns"][0]
    assert column["kind"] == "number"
    assert sorted(value for value in values(column) if value is not None) == [0.001, 0.1, 2, 7]
    assert (column["no_number"], sorted(column["words"]), column["none"]) == (3, ["cosine", "linear"], 1)


def test_relations_describe_only_the_filtered_rows_and_their_categories() -> None:
    runs = [run(n, {"optimizer": "adam" if n % 2 else "sgd", "lr": str(n)}) for n in range(10)]
    found = relations(runs, "param:optimizer", filters={"param:lr": ">= 4"}, experiment="e")
    assert (found["total"], found["left"], found["drawn"]) == (10, 3, 3)
    assert found["columns"][0]["categories"] == ["adam"]


def test_an_invalid_filter_is_reported_and_a_column_appears_once() -> None:
    found = relations([run(1, {"lr": "1"})], "param:lr", "param:lr", filters={"param:lr": "lots"})
    assert [column["ref"] for column in found["columns"]] == ["param:lr"]
    assert "lots" in found["misfits"]["param:lr"]


@pytest.mark.parametrize("ref", ["metric:nobody", "param:nobody", "tag:nobody"])
def test_an_unlogged_metric_has_no_value_anywhere(ref: str) -> None:
    column = relations([run(1, {}), run(2, {})], ref)["columns"][0]
    assert (values(column), column["none"]) == ([None, None], 2)
