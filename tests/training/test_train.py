"""Real trainings with a real MLflow: what it holds afterwards, and how a training ends."""

from collections import Counter
from pathlib import Path

import pytest

pytest.importorskip("torch")

from mlflow.entities import Metric, Run
from mlflow.tracking import MlflowClient

from domain.inference.evaluation import evaluate
from domain.inference.maze import generate_maze
from domain.trainings.maze.requests import REQUESTS, PpoRequest
from training.jobs import TrainingJob
from training.models.export import load_policy
from training.stopping import StopRequest
from training.tracking.points import Point
from training.tracking.server import TrackingServer
from training.train import train

EPISODES = 45
MODEL = "maze-under-test"


def job(algorithm: str = "PPO", *, experiment: str, register_model: bool = True, **values: int) -> TrainingJob:
    request = REQUESTS[algorithm].model_validate({"algorithm": algorithm, "maze_size": 5, **values})
    return TrainingJob(request=request, experiment=experiment, register_model=register_model)


def only_run(client: MlflowClient, experiment: str) -> Run:
    found = client.get_experiment_by_name(experiment)
    assert found is not None
    (run,) = client.search_runs([found.experiment_id])
    return run


def history(client: MlflowClient, run: Run, key: str) -> list[Metric]:
    return sorted(client.get_metric_history(run.info.run_id, key), key=lambda point: point.step)


@pytest.fixture(scope="module", params=REQUESTS)
def trained(request: pytest.FixtureRequest, client: MlflowClient, server: TrackingServer) -> tuple[TrainingJob, Run]:
    training_job = job(request.param, experiment=f"trained-{request.param}", seed=3, episodes=EPISODES)
    assert train(training_job, server, MODEL, StopRequest()) == "FINISHED"
    return training_job, only_run(client, training_job.experiment_name)


def test_the_run_has_the_parameters_and_tags_of_the_training(trained: tuple[TrainingJob, Run]) -> None:
    training_job, run = trained
    assert run.info.status == "FINISHED"
    expected = {
        "algorithm": training_job.request.algorithm,
        "env_id": "ClewMaze-5x5-v0",
        "seed": "3",
        "setting": "default",
    }
    assert expected.items() <= run.data.params.items()
    assert run.data.params["steps_per_episode"] == "200"
    assert {
        key: str(value) for key, value in training_job.request.hyperparameters.items()
    }.items() <= run.data.params.items()
    assert {"clew.boot_id", "clew.host", "clew.pid", "clew.start_ticks"} <= set(run.data.tags)


def test_every_episode_has_a_reward_and_a_length(trained: tuple[TrainingJob, Run], client: MlflowClient) -> None:
    run = trained[1]
    rewards, lengths = history(client, run, "episode_reward"), history(client, run, "episode_length")
    assert [point.step for point in rewards] == [point.step for point in lengths] == list(range(1, EPISODES + 1))
    assert all(1 <= point.value <= 200 for point in lengths)
    assert all(-10 <= point.value <= 1 for point in rewards)
    assert run.info.start_time <= rewards[0].timestamp <= rewards[-1].timestamp <= run.info.end_time


def test_success_rate_counts_the_last_hundred_episodes(trained: tuple[TrainingJob, Run], client: MlflowClient) -> None:
    run = trained[1]
    rewards = [point.value for point in history(client, run, "episode_reward")]
    for point in history(client, run, "success_rate"):
        so_far = rewards[max(0, point.step - 100) : point.step]
        # Below zero is no success; a success may end below zero too, after many walls: so a bound, not equality.
        assert point.value >= sum(reward > 0 for reward in so_far) / len(so_far)
    assert [point.step for point in history(client, run, "success_rate")] == [10, 20, 30, 40]


def test_the_loss_is_logged_only_for_episodes_with_an_update(
    trained: tuple[TrainingJob, Run], client: MlflowClient
) -> None:
    training_job, run = trained
    steps = [point.step for point in history(client, run, "loss")]
    assert set(steps) <= set(range(1, EPISODES + 1))
    assert max(Counter(steps).values(), default=1) == 1
    if training_job.request.algorithm == "PPO":  # DQN may still be filling its buffer in so short a training
        assert 0 < len(steps) < EPISODES


def test_the_registered_version_has_its_run_file_and_success_rate(
    trained: tuple[TrainingJob, Run], client: MlflowClient, tmp_path: Path
) -> None:
    training_job, run = trained
    (version,) = client.search_model_versions(f"run_id = '{run.info.run_id}'")
    assert version.name == MODEL
    assert version.tags["algorithm"] == training_job.request.algorithm
    assert version.tags["total_episodes"] == str(EPISODES)
    assert version.tags["trained_at"].endswith("+00:00")
    assert "stopped" not in version.tags
    file = client.download_artifacts(run.info.run_id, f"model/{version.tags['onnx_file']}", str(tmp_path))
    again = evaluate(load_policy(Path(file)), generate_maze(5))
    assert float(version.tags["success_rate"]) == again.success_rate == run.data.metrics["eval/success_rate"]
    assert run.data.metrics["eval/mean_length"] == again.mean_length


def test_a_seed_trains_the_same_run_again(client: MlflowClient, server: TrackingServer) -> None:
    rewards = []
    for attempt in (1, 2):
        training_job = job(experiment=f"again-{attempt}", register_model=False, seed=11, episodes=20)
        train(training_job, server, MODEL, StopRequest())
        run = only_run(client, training_job.experiment_name)
        rewards.append([point.value for point in history(client, run, "episode_reward")])
    assert rewards[0] == rewards[1]
    assert not client.search_model_versions(f"run_id = '{run.info.run_id}'")


class Failing(StopRequest):
    def ends_now(self, episode_ended: bool) -> bool:
        raise RuntimeError("a bug")


def test_a_failure_ends_the_run_as_failed(client: MlflowClient, server: TrackingServer) -> None:
    with pytest.raises(RuntimeError, match="a bug"):
        train(job(experiment="failing", episodes=5), server, MODEL, Failing())
    assert only_run(client, "failing").info.status == "FAILED"


def test_nan_and_infinite_losses_are_logged(client: MlflowClient, server: TrackingServer) -> None:
    run_id = server.create_run("0", "diverged", {})
    server.log_points(run_id, [Point("loss", float("nan"), 1, 1), Point("loss", float("-inf"), 2, 2)])
    assert [str(point.value) for point in client.get_metric_history(run_id, "loss")] == [
        "nan",
        "-1.7976931348623157e+308",
    ]


def test_a_request_of_an_unknown_preset_is_refused() -> None:
    own = TrainingJob(request=PpoRequest(algorithm="PPO", gamma=0.5))
    assert (own.setting, own.run_name) == ("own", "ppo-own-seed0")
    assert TrainingJob(request=PpoRequest(algorithm="PPO", net_arch="16", episodes=3)).setting == "small-net"  # type: ignore[arg-type]
