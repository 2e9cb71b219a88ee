"""P1 (the list is complete) and P2 (a comparison holds every selected run, with all its metrics), on a real MLflow."""

import base64
import html
import math
import tempfile
import time
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as example_settings
from hypothesis import strategies as st

from callbacks.runs.drawing import ChartData
from components.charts.lines import line_name
from components.charts.sentences.line_ends import is_end_mark
from components.runs import comparison, final_metrics
from domain.charts.chart_options import ChartOptions
from domain.charts.chart_spec import Subject
from domain.run_facts.run_summary import summarise
from domain.run_table.table import RunTable
from domain.tracking.runs import Run
from domain.tracking.vocabulary import DEFAULT
from mlflow_api.client import MlflowApi
from services.connect import connect
from services.connections.runs import history_store
from services.database.mlflow_database import MlflowDatabase
from services.tracking.run_source import RunSource
from services.tracking.run_store import RunView
from services.tracking.sources.database_columns import DatabaseColumns
from services.tracking.sources.database_first import DatabaseFirstRuns
from services.tracking.sources.database_runs import DatabaseRuns
from services.tracking.sources.mlflow_runs import MlflowRuns
from services.tracking.sources.pace import Pace, PaceFile
from services.tracking.table_form import TableForm
from settings.settings import Settings
from tests.conftest import SharedMlflow
from tests.misbehaving import Misbehaving, only
from tests.summary_rows import rows as rows_of
from tests.tracking import Tracking
from transport.http_client import JsonService

VALUES = st.one_of(st.floats(-1e6, 1e6, width=32), st.sampled_from([math.nan, math.inf, -math.inf]))
METRIC_KEYS = (
    "episode_reward",
    "rollout/ep_rew_mean",
    "loss",
    "train/loss",
    "success_rate",
    "odd metric",
    "eval/mean_reward",
)
A_RUN = st.fixed_dictionaries(
    {
        "name": st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=12),
        "params": st.dictionaries(
            st.sampled_from(["algorithm", "algo", "seed", "env_id", "lr"]),
            st.text(max_size=8).map(str.strip),
            max_size=4,
        ),
        "metrics": st.dictionaries(st.sampled_from(METRIC_KEYS), st.lists(VALUES, min_size=1, max_size=5), max_size=4),
        "status": st.sampled_from(["FINISHED", "RUNNING", "FAILED", "KILLED", "SCHEDULED"]),
    }
)
# Arbitrary groups of runs: an experiment each, some empty.
EXPERIMENTS = st.lists(st.lists(A_RUN, max_size=4), min_size=1, max_size=3)


def rest(address: str) -> MlflowApi:
    return MlflowApi(JsonService("MLflow", address))


def ignore_partial_table(_table: RunTable) -> None:
    """Ignores the partial tables."""


def with_sweep(address: str, page_size: int = 500) -> RunTable:
    with tempfile.TemporaryDirectory() as folder:
        PaceFile(Path(folder), "MLflow").keep(Pace(most_runs=page_size))
        return MlflowRuns(rest(address), Path(folder)).everything(None, ignore_partial_table)


def through_a_file(table: RunTable, folder: Path) -> RunTable:
    form = TableForm()
    (folder / "runs").write_bytes(b"".join(form.chunks(table)))
    with open(folder / "runs", "rb") as file:
        found = form.read(file)
    assert found is not None
    return found


def log_all(tracking: Tracking, experiments: list[list[dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    return log_into([tracking.experiment() for _ in experiments], tracking, experiments)


def log_into(
    groups: list[str], tracking: Tracking, experiments: list[list[dict[str, Any]]]
) -> dict[str, dict[str, Any]]:
    return {tracking.run(group, **run): run for group, runs in zip(groups, experiments, strict=True) for run in runs}


@example_settings(max_examples=12)
@given(experiments=EXPERIMENTS, page_size=st.integers(1, 4))
def test_the_list_is_complete(tracking: Tracking, experiments: list[list[dict[str, Any]]], page_size: int) -> None:
    """P1: every logged run is in the list, once, with what was logged, whatever the page size."""
    groups = [tracking.experiment() for _ in experiments]
    logged = log_into(groups, tracking, experiments)
    with Misbehaving(tracking.address) as mlflow:
        mlflow.alter = only(*groups)  # it has thousands of runs of other tests
        found = with_sweep(mlflow.address, page_size)
    assert sorted(found.run_ids) == sorted(logged)
    assert not found.bad_rows
    rows = {row["id"]: row for row in rows_of(summarise(run, DEFAULT) for run in found.runs())}
    assert len(rows) == len(found)
    for run_id, run in logged.items():
        assert_row_shows(rows[run_id], run)


def is_read_as_sb3(metrics: Collection[str]) -> bool:
    """Returns whether a run is read as Stable-Baselines3's, whose own names then come first."""
    return not {"rollout/ep_rew_mean", "eval/mean_reward"}.isdisjoint(metrics)


def assert_row_shows(row: dict[str, Any], run: dict[str, Any]) -> None:
    """Compares the row of a run with what follows directly from what was logged."""
    algorithm = run["params"].get("algorithm", run["params"].get("algo"))
    assert row["algorithm"] == (algorithm or "–")
    assert row["state"] == run["status"]
    rates = run["metrics"].get("success_rate")
    if rates and (-1e-5 <= rates[-1] < 0 or 1 < rates[-1] <= 1 + 1e-5):  # rounding noise
        assert row["success_percent"] in (None, 0, 100)
    else:
        assert row["success_percent"] == (rates[-1] * 100 if rates and 0 <= rates[-1] <= 1 else None)
    rewards = run["metrics"].get("episode_reward")
    # Without a counter of its own, this trainer's per-episode metric counts the episodes; Stable-Baselines3 has none.
    assert row["episodes"] == (len(rewards) if rewards and not is_read_as_sb3(run["metrics"]) else None)
    if run["name"]:
        assert row["name"] == run["name"]


@example_settings(max_examples=10)
@given(experiments=EXPERIMENTS, picks=st.data())
def test_a_comparison_holds_every_selected_run(
    tracking: Tracking, tmp_path_factory: Any, experiments: list[list[dict[str, Any]]], picks: st.DataObject
) -> None:
    """P2: each selected run has its row, and a line in each chart whose metric it logged, with the points it
    logged."""
    logged = log_all(tracking, experiments)
    chosen = picks.draw(st.lists(st.sampled_from(sorted(logged)), unique=True)) if logged else []
    mlflow = rest(tracking.address)
    settings = Settings(cache_dir=tmp_path_factory.mktemp("cache"))
    services = connect(settings)._replace(histories=history_store(settings, mlflow))
    view = RunView(service="MLflow", runs=with_sweep(tracking.address), as_of=datetime.now(UTC), failure=None)
    subjects = [Subject(word) for word in comparison.WORDS]
    drawing = ChartData.of(services, view, chosen, subjects, ChartOptions(), ends=time.monotonic() + 20)
    assert [run.run_id for run in drawing.runs] == chosen
    assert not drawing.pending
    figures = dict(
        zip(
            comparison.WORDS,
            comparison.figures(drawing.runs, drawing.found, ChartOptions(), still_loading=False),
            strict=True,
        )
    )
    for run in drawing.runs:
        assert_lines(figures, run, logged[run.run_id]["metrics"])
    rows = final_metrics.table(drawing.runs, drawing.found, ChartOptions()).children[1].children if chosen else []
    assert len(rows) == len(chosen)


def assert_lines(figures: dict[Any, dict[str, Any]], run: Run, metrics: dict[str, list[float]]) -> None:
    names = {
        "reward": ("episode_reward", "rollout/ep_rew_mean"),
        "loss": ("loss", "train/loss"),
        "success_rate": ("success_rate",),
    }
    for word, keys in names.items():
        preferred = reversed(keys) if is_read_as_sb3(metrics) else keys
        values = next((metrics[key] for key in preferred if key in metrics), [])
        drawn = [(step, value) for step, value in enumerate(values, start=1) if math.isfinite(value)]
        traces = [trace for trace in figures[word]["data"] if html.unescape(trace["name"]) == line_name(run)]
        lines = [trace for trace in traces if not is_end_mark(trace)]
        # A rate in another unit than the shares of others is left out, and named.
        in_range = word != "success_rate" or all(0 <= value <= 1 for _step, value in drawn)
        assert len(lines) == (1 if drawn else 0) or not (lines or in_range)
        # A line that ended without a number has a mark at its last one.
        assert len(traces) - len(lines) == (1 if lines and not math.isfinite(values[-1]) else 0)
        for trace in lines:
            x, y = decoded(trace["x"]), decoded(trace["y"])
            np.testing.assert_array_equal(x, [step for step, _value in drawn])
            noise = 0 if in_range else 2e-5
            np.testing.assert_allclose(y, np.array([value for _step, value in drawn], np.float32), atol=noise)


def decoded(column: dict[str, str]) -> Any:
    return np.frombuffer(base64.b64decode(column["bdata"]), column["dtype"])


def source(kind: str, shared: SharedMlflow, folder: Path) -> RunSource:
    """Returns each way to read the runs of the shared MLflow."""
    rest_only = MlflowRuns(rest(shared.address), folder)
    if kind == "rest":
        return rest_only
    database = MlflowDatabase(f"sqlite:///{shared.database}")
    return DatabaseFirstRuns(DatabaseRuns(database, DEFAULT.named), rest_only, DatabaseColumns(database))


@pytest.mark.parametrize("kind", ["rest", "database"])
def test_incremental_changes_equal_a_full_sweep(
    tracking: Tracking, shared_mlflow: SharedMlflow, tmp_path: Path, kind: str
) -> None:
    """Between two sweeps, starts, growth, ends and vanished runs are seen without reading everything."""
    runs = source(kind, shared_mlflow, tmp_path)
    group = tracking.experiment()
    growing = tracking.run(group, status="RUNNING", metrics={"loss": [1.0]})
    ending = tracking.run(group, status="RUNNING")
    vanishing = tracking.run(group, status="RUNNING")
    queued = tracking.run(group, status="RUNNING", started_ms=1_600_000_000_000)
    tracking.post("runs/update", {"run_id": queued, "status": "SCHEDULED"})
    known, at = runs.everything(None, ignore_partial_table), datetime.now(UTC)
    assert runs.changes(known, at) is known
    tracking.log(growing, "loss", [0.5], first_step=2)
    tracking.log(queued, "loss", [0.25])
    tracking.end(ending, "FAILED")
    tracking.delete(vanishing)
    new = tracking.run(group, name="new")
    found = runs.changes(known, at)
    assert found.version != known.version
    assert found.facts.over_rest is None
    assert found.has_same_runs(with_sweep(tracking.address))
    assert found.get(growing).metrics["loss"].value == 0.5
    assert found.get(queued).metrics["loss"].value == 0.25
    assert found.get(ending).status == "FAILED"
    assert vanishing not in found
    assert found.get(new).name == "new"


def test_in_the_database_a_deletion_and_a_restoration_show_at_once(
    tracking: Tracking, shared_mlflow: SharedMlflow, tmp_path: Path
) -> None:
    runs = source("database", shared_mlflow, tmp_path)
    group = tracking.experiment()
    finished = tracking.run(group, metrics={"loss": [1.0]})
    known, at = runs.everything(None, ignore_partial_table), datetime.now(UTC) + timedelta(hours=1)
    tracking.delete(finished)
    without = runs.changes(known, at)
    assert finished not in without
    tracking.post("runs/restore", {"run_id": finished})
    assert runs.changes(without, at).has_same_runs(known)


@pytest.mark.parametrize("kind", ["rest", "database"])
def test_a_sweep_without_changes_keeps_the_version(
    tracking: Tracking, shared_mlflow: SharedMlflow, tmp_path: Path, kind: str
) -> None:
    runs = source(kind, shared_mlflow, tmp_path)
    tracking.run(tracking.experiment(), metrics={"loss": [math.nan, math.inf, math.nan]})
    first = runs.everything(None, ignore_partial_table)
    reread = through_a_file(first, tmp_path)
    assert runs.everything(first, ignore_partial_table).version == first.version
    assert runs.everything(reread, ignore_partial_table).version == first.version
