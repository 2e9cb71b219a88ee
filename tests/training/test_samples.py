"""The recorded samples, and the fill: once, resumed after a kill, never after a removal, never into a used MLflow."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from mlflow.entities import Run, ViewType
from mlflow.tracking import MlflowClient

from domain.inference.evaluation import HELD_OUT_SEEDS, evaluate
from domain.inference.maze import generate_maze, size_of
from tests.conftest import SharedMlflow
from training.mlflow_server import FOLDER_VARIABLE
from training.samples import fill as samples
from training.samples.points_writers import RestPoints
from training.samples.store import FOLDER, SampleRun, read_points, read_runs
from training.tracking.mlflow_client import connect

ROOT = Path(__file__).parents[2]
RECORDED = read_runs()
HEAVY = ("mlflow", "pandas", "torch", "gymnasium", "stable_baselines3", "onnx", "onnxruntime", "tqdm")
FILL_AND_DIE = f"""
import os, signal, sys
sys.modules |= dict.fromkeys({HEAVY})  # None there makes an import fail
from training.samples.fill import main
from training.samples.server import SampleServer
name, most = sys.argv[1], int(sys.argv[2])
call, made = getattr(SampleServer, name), []
def call_or_die(*arguments, **more):
    made.append(name)
    if len(made) > most:
        os.kill(os.getpid(), signal.SIGKILL)
    return call(*arguments, **more)
setattr(SampleServer, name, call_or_die)
main()
"""
WAYS = ["database", pytest.param("REST", marks=pytest.mark.thorough)]


def refuse(self: RestPoints, *_: object) -> None:
    raise AssertionError("sent over REST, though the database is known")


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, isolated_settings: pytest.MonkeyPatch, shared_mlflow: SharedMlflow) -> str:
    """Selects how points are written to MLflow: into its database or over REST."""
    if request.param == "database":
        isolated_settings.setenv(FOLDER_VARIABLE, str(shared_mlflow.database.parent))
        isolated_settings.setattr(RestPoints, "write", refuse)
    return str(request.param)


def fill_embedded(isolated_settings: pytest.MonkeyPatch, uri: str) -> int:
    isolated_settings.setenv("MLFLOW_PORT", uri.rpartition(":")[2])
    return samples.main()


def all_runs(client: MlflowClient, view: int = ViewType.ACTIVE_ONLY) -> list[Run]:
    ids = [experiment.experiment_id for experiment in client.search_experiments(view_type=ViewType.ALL)]
    return list(client.search_runs(ids, run_view_type=view, max_results=1000))


def check_filled(client: MlflowClient) -> None:
    names = {experiment.experiment_id: experiment for experiment in client.search_experiments()}
    assert {e.tags.get("clew.sample") for e in names.values() if e.name != "Default"} == {"complete"}
    runs = {f"{names[run.info.experiment_id].name}/{run.info.run_name}": run for run in all_runs(client, ViewType.ALL)}
    assert set(runs) == {sample.key for sample in RECORDED}
    assert len(all_runs(client, ViewType.ALL)) == len(RECORDED)
    points = read_points()
    for sample in RECORDED:
        run = runs[sample.key]
        assert run.data.tags["clew.sample"] == "true"
        assert (run.info.status, run.info.start_time, run.info.end_time) == (
            sample.status,
            sample.start_time_ms,
            sample.end_time_ms,
        )
        assert run.data.params == sample.params
        recorded = sorted((s, v, t) for k, s, v, t in points[sample.key].rows() if k == "episode_reward")
        found = client.get_metric_history(run.info.run_id, "episode_reward")
        assert sorted((point.step, point.value, point.timestamp) for point in found) == recorded
        assert run.data.metrics == {key: ordered[-1][2] for key, ordered in sorted_points(sample).items()}
        films = [file.path for file in client.list_artifacts(run.info.run_id, "videos")]
        assert films == ([] if sample.film is None else [f"videos/{sample.film}"])
    check_versions(client, runs)


def sorted_points(sample: SampleRun) -> dict[str, list[tuple[int, int, float]]]:
    """Returns step, time and value of its points, by key; the last of each is the latest, as MLflow defines it."""
    found: dict[str, list[tuple[int, int, float]]] = {}
    for key, step, value, timestamp_ms in read_points()[sample.key].rows():
        found.setdefault(key, []).append((step, timestamp_ms, value))
    return {key: sorted(points) for key, points in found.items()}


def check_versions(client: MlflowClient, runs: dict[str, Run]) -> None:
    versions = {version.run_id: version for version in client.search_model_versions(max_results=1000)}
    registered = [sample for sample in RECORDED if sample.version_tags is not None]
    assert len(client.search_model_versions(max_results=1000)) == len(versions) == len(registered)
    for sample in registered:
        version = versions[runs[sample.key].info.run_id]
        assert version.tags == {**(sample.version_tags or {}), "clew.sample": "true"}
        assert version.name == sample.model_name("clew-maze")
    mazes = [sample for sample in registered if sample.params["env_id"].startswith("ClewMaze-")]
    numbers = [int(versions[runs[sample.key].info.run_id].version) for sample in mazes]
    assert numbers == sorted(numbers)
    tags = {model.name: model.tags for model in client.search_registered_models()}
    assert tags == {sample.model_name("clew-maze"): {"clew.model": "true"} for sample in registered}


def test_the_recording_has_enough_runs_seeds_and_settings() -> None:
    assert len(RECORDED) >= 24
    assert len({sample.key for sample in RECORDED}) == len(RECORDED)
    assert len({sample.experiment for sample in RECORDED}) >= 2
    for algorithm in ("PPO", "DQN"):
        of_it = [sample.params for sample in RECORDED if sample.params["algorithm"] == algorithm]
        assert len({params["seed"] for params in of_it}) >= 5
        assert len({params["setting"] for params in of_it}) >= 3
    assert [sample.status for sample in RECORDED].count("KILLED") == 1
    assert sum(file.stat().st_size for file in FOLDER.rglob("*") if file.is_file()) <= 10_000_000


def test_the_recording_contains_no_name_of_a_machine() -> None:
    assert {key for sample in RECORDED for key in sample.tags} == {"mlflow.source.name", "env_id", "env_spec"}


def test_samples_of_other_environments_are_solved_and_have_films() -> None:
    points = read_points()
    others = [sample for sample in RECORDED if size_of(sample.params["env_id"]) is None]
    assert [sample.params["env_id"] for sample in others] == ["CartPole-v1", "LunarLander-v3"]
    for sample, solved in zip(others, (475, 200), strict=True):
        assert {"rollout/ep_rew_mean", "train/loss", "time/fps", "episode_reward"} <= set(points[sample.key].keys)
        assert sample.film_path is not None
        assert (FOLDER / sample.film_path).stat().st_size < 300_000
        assert float((sample.version_tags or {})["mean_return"]) >= solved


def final_success(sample: SampleRun) -> float:
    points = read_points()[sample.key]
    return [value for key, _, value, _ in points.rows() if key == "eval/success_rate"][-1]


def test_samples_with_default_settings_learn_and_those_with_bad_ones_do_not() -> None:
    finished = [sample for sample in RECORDED if sample.status == "FINISHED"]
    rates = {
        setting: [final_success(s) for s in finished if s.params["setting"] == setting]
        for setting in ("default", "bad")
    }
    assert min(rates["default"]) >= 0.7
    assert max(rates["bad"]) < 0.3


def test_every_recorded_value_is_finite_and_timestamps_are_in_order() -> None:
    for points in read_points().values():
        assert np.isfinite(points.values).all()
        assert (np.diff(points.timestamps_ms) >= 0).all()
        assert points.steps.min() == 1


def test_every_sample_model_reproduces_its_success_rate() -> None:
    pytest.importorskip("onnxruntime")
    pytest.importorskip("torch")
    from training.models.export import load_policy

    registered = [sample for sample in RECORDED if sample.version_tags is not None]
    assert len(registered) >= 6
    for sample in registered:
        assert sample.version_tags is not None
        if (size := size_of(sample.version_tags["env_id"])) is None:
            continue
        again = evaluate(load_policy(FOLDER / sample.onnx_path), generate_maze(size))
        assert again.success_rate == float(sample.version_tags["success_rate"])


@pytest.mark.parametrize(
    "sample",
    [
        pytest.param(
            sample, marks=[] if sample.params["env_id"] == "CartPole-v1" else pytest.mark.thorough, id=sample.name
        )
        for sample in RECORDED
        if size_of(sample.params["env_id"]) is None
    ],
)
def test_a_sample_model_of_another_environment_reproduces_its_return(sample: SampleRun) -> None:
    pytest.importorskip("torch")
    from training.agents.making import EnvironmentMaker
    from training.models.export import load_any_policy
    from training.models.measuring import measure

    assert sample.version_tags is not None
    ask = load_any_policy(FOLDER / sample.onnx_path)
    seeds = HELD_OUT_SEEDS[: int(sample.version_tags["eval_episodes"])]
    again = measure(ask, EnvironmentMaker(sample.params["env_id"]), lambda: None, seeds)
    assert again is not None
    assert again.mean_return == pytest.approx(float(sample.version_tags["mean_return"]))


@pytest.mark.usefixtures("way")
def test_an_unused_mlflow_is_filled_once_and_not_after_a_removal(
    untouched_mlflow: str, isolated_settings: pytest.MonkeyPatch
) -> None:
    client = connect(untouched_mlflow)
    assert fill_embedded(isolated_settings, untouched_mlflow) == 0
    check_filled(client)
    assert fill_embedded(isolated_settings, untouched_mlflow) == 0
    assert len(all_runs(client, ViewType.ALL)) == len(RECORDED)
    for experiment in client.search_experiments():
        if experiment.tags.get("clew.sample"):
            client.delete_experiment(experiment.experiment_id)
    assert fill_embedded(isolated_settings, untouched_mlflow) == 0
    assert all_runs(client) == []


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    ("call", "made"),
    [
        pytest.param("log_facts", 6, id="before the numbers of a run"),
        pytest.param("end_run", 5, id="before the end of a run", marks=pytest.mark.thorough),
    ],
)
def test_a_killed_fill_is_completed_by_the_next_one_without_torch_or_mlflow(
    untouched_mlflow: str, isolated_settings: pytest.MonkeyPatch, call: str, made: int
) -> None:
    client = connect(untouched_mlflow)
    environment = os.environ | {"MLFLOW_PORT": untouched_mlflow.rpartition(":")[2], "PYTHONPATH": str(ROOT)}
    killed = subprocess.run([sys.executable, "-c", FILL_AND_DIE, call, str(made)], env=environment)
    assert killed.returncode == -signal.SIGKILL
    statuses = [run.info.status for run in all_runs(client)]
    assert (statuses.count("RUNNING"), len(statuses)) == (1, made + 1)
    client.create_experiment("a user's own, meanwhile", tags={"clew.sample": "complete"})
    assert fill_embedded(isolated_settings, untouched_mlflow) == 0
    client.delete_experiment(client.get_experiment_by_name("a user's own, meanwhile").experiment_id)
    check_filled(client)


def test_an_mlflow_that_had_an_experiment_is_not_filled(
    client: MlflowClient, untouched_mlflow: str, isolated_settings: pytest.MonkeyPatch
) -> None:
    client.delete_experiment(client.create_experiment("somebody's"))
    assert fill_embedded(isolated_settings, untouched_mlflow) == 0
    assert all_runs(client, ViewType.ALL) == []


def test_an_mlflow_with_a_run_in_default_is_not_filled(
    client: MlflowClient, untouched_mlflow: str, isolated_settings: pytest.MonkeyPatch
) -> None:
    client.delete_run(client.create_run("0").info.run_id)
    assert fill_embedded(isolated_settings, untouched_mlflow) == 0
    assert len(all_runs(client, ViewType.ALL)) == 1


def test_a_configured_mlflow_is_not_filled_with_samples(
    mlflow_uri: str, isolated_settings: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    isolated_settings.setenv("MLFLOW_TRACKING_URI", mlflow_uri)
    assert samples.main() == 2
    assert "embedded MLflow only" in capsys.readouterr().err
