"""A training goes on from its checkpoint: to the same number for the same one, and without repeating a step."""

import shutil
import signal
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")

import torch
from mlflow.tracking import MlflowClient

from domain.errors import BadInput
from domain.trainings.maze.requests import REQUESTS
from training import watch
from training.agents.build import build_agent
from training.agents.episodes import EpisodeCallback
from training.checkpoints.files import CheckpointFiles
from training.checkpoints.restore import restore_checkpoint
from training.checkpoints.save import save_checkpoint
from training.checkpoints.state import ARRAYS_FILE, STATE_FILE, TENSORS_FILE, read_state
from training.jobs import StoredCheckpoint, TrainingJob
from training.stopping import StopRequest
from training.tracking.server import TrackingServer
from training.train import train

SMALL = {
    "PPO": {"n_steps": 64, "batch_size": 64, "n_envs": 2, "n_epochs": 2},
    "DQN": {"buffer_size": 200, "learning_starts": 50, "n_envs": 2, "train_freq": 4},
}


def job(algorithm: str, folder: Path | None = None, run_id: str | None = None, **values: Any) -> TrainingJob:
    values_of_request = {"algorithm": algorithm, "maze_size": 5, "episodes": 30, **SMALL[algorithm], **values}
    request = REQUESTS[algorithm].model_validate(values_of_request)
    return TrainingJob(request=request, folder=folder, run_id=run_id)


class Recorded:
    """Records all numbers, and writes one checkpoint while the agent is paused."""

    def __init__(self, training_job: TrainingJob, checkpoint_after: int = 10**6) -> None:
        self.points: list[tuple[str, int, float]] = []
        self.training_job, self.after = training_job, checkpoint_after
        self.seen = 0

    def metric(self, key: str, value: float, step: int) -> None:
        self.points.append((key, step, value))

    def stepped(self, callback: EpisodeCallback) -> None:
        pass

    def between_updates(self, callback: EpisodeCallback) -> None:
        if callback.finished >= self.after and not self.seen:
            assert self.training_job.folder is not None
            save_checkpoint(self.training_job.folder, callback.model, callback, self.training_job, "a run")
            self.seen = len(self.points)


def restored(training_job: TrainingJob, watcher: Recorded, checkpoint: Path, run_id: str = "a run") -> EpisodeCallback:
    agent = build_agent(training_job.request)
    callback = EpisodeCallback(training_job.request.episodes, watcher, lambda _: False)
    callback.init_callback(agent)
    restore_checkpoint(agent, callback, training_job, checkpoint, run_id)
    return callback


def learn(training_job: TrainingJob, watcher: Recorded) -> int:
    """Returns the number of steps after all episodes."""
    callback = EpisodeCallback(training_job.request.episodes, watcher, lambda _: False)
    return int(build_agent(training_job.request).learn(10**6, callback, log_interval=None).num_timesteps)


def learn_on(training_job: TrainingJob, watcher: Recorded, checkpoint: Path, run_id: str = "a run") -> int:
    callback = restored(training_job, watcher, checkpoint, run_id)
    callback.model.learn(10**6, callback, log_interval=None, reset_num_timesteps=False)
    return int(callback.model.num_timesteps)


@pytest.fixture(scope="module")
def small_ppo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Trains with a checkpoint after eight episodes or so."""
    folder = tmp_path_factory.mktemp("ppo")
    training_job = job("PPO", folder, episodes=12)
    learn(training_job, Recorded(training_job, checkpoint_after=6))
    return folder


@pytest.mark.parametrize("algorithm", REQUESTS)
def test_a_continued_training_logs_the_same_as_an_uninterrupted_one(algorithm: str, tmp_path: Path) -> None:
    training_job = job(algorithm, tmp_path, seed=5)
    whole, rest = Recorded(training_job, checkpoint_after=12), Recorded(training_job)
    steps = learn(training_job, whole)
    assert whole.seen
    assert learn_on(training_job, rest, tmp_path) == steps
    assert rest.points == whole.points[whole.seen :]
    assert len(rest.points) > 10


def test_a_fork_continues_from_its_parents_checkpoint_with_other_hyperparameters(tmp_path: Path) -> None:
    training_job = job("DQN", tmp_path, seed=5, episodes=14)
    learn(training_job, Recorded(training_job, checkpoint_after=12))
    for more in ({"learning_rate": 0.01}, {"n_envs": 3, "buffer_size": 100}, {"maze_seed": 4, "seed": 9}):
        other = Recorded(training_job)
        learn_on(job("DQN", **(more | {"episodes": 20})), other, tmp_path, "another run")
        steps = [step for key, step, _ in other.points if key == "episode_reward"]
        assert steps == list(range(read_state(tmp_path).episodes_finished + 1, 21))


@pytest.mark.parametrize(
    ("algorithm", "more", "field"),
    [("PPO", {"net_arch": "16"}, "net_arch"), ("PPO", {"episodes": 5}, "episodes"), ("DQN", {}, "algorithm")],
)
def test_a_fork_that_does_not_fit_its_parent_is_refused_by_its_field(
    algorithm: str, more: dict[str, Any], field: str, small_ppo: Path
) -> None:
    training_job = job(algorithm, **more)
    with pytest.raises(BadInput, match=field):
        restored(training_job, Recorded(training_job), small_ppo, "another run")


@pytest.mark.parametrize("file", [STATE_FILE, TENSORS_FILE, ARRAYS_FILE])
@pytest.mark.parametrize("content", [b"", b"nonsense", None])
def test_a_damaged_checkpoint_is_reported(file: str, content: bytes | None, small_ppo: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(small_ppo, tmp_path / "copy"))
    (folder / file).unlink()
    if content is not None:
        (folder / file).write_bytes(content)
    training_job = job("PPO", episodes=12)
    with pytest.raises(BadInput, match="checkpoint"):
        restored(training_job, Recorded(training_job), folder)


class Evil:
    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (Path("a-file-by-evil"),)


def test_no_code_in_a_checkpoint_is_run(small_ppo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    training_job = job("PPO", episodes=12)
    for file, damage in ((ARRAYS_FILE, np.savez), (TENSORS_FILE, None)):
        folder = Path(shutil.copytree(small_ppo, tmp_path / file.partition(".")[0]))
        if damage:
            damage(folder / file, numpy_generator=np.array([Evil()], dtype=object))
        else:
            torch.save({"policy": Evil()}, folder / file)
        with pytest.raises(BadInput, match="checkpoint"):
            restored(training_job, Recorded(training_job), folder)
    assert not (tmp_path / "a-file-by-evil").exists()


def test_the_newest_two_checkpoints_are_kept_and_a_full_disk_is_no_error(tmp_path: Path) -> None:
    files = CheckpointFiles(tmp_path / "checkpoint")
    assert [files.write(lambda folder: (folder / "x").touch()) for _ in range(4)][-1] == tmp_path / "checkpoint" / "4"
    assert files.numbers == [3, 4]

    def no_room(folder: Path) -> None:
        raise OSError(28, "No space left on device")

    assert files.write(no_room) is None
    assert files.numbers == [3, 4]


class StopAfter(StopRequest):
    """Stops the training after `episodes` episodes, as a signal would."""

    def __init__(self, episodes: int) -> None:
        super().__init__()
        self.left = episodes

    def ends_now(self, episode_ended: bool) -> bool:
        self.left -= episode_ended
        if self.left <= 0:
            self._set(signal.SIGINT, None)
        return super().ends_now(episode_ended)


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGINT, before[0])
    signal.signal(signal.SIGTERM, before[1])


@pytest.mark.parametrize("algorithm", REQUESTS)
def test_a_stopped_and_continued_run_has_each_step_once(
    algorithm: str, client: MlflowClient, server: TrackingServer, tmp_path: Path
) -> None:
    run_id = server.create_run(server.experiment_id("continued"), f"a run by {algorithm}", {})
    training_job = job(algorithm, tmp_path, run_id, episodes=30)
    assert train(training_job, server, "continued", StopAfter(12)) == "KILLED"
    stopped_at = read_state(tmp_path / "checkpoint" / "1").episodes_finished
    assert 12 <= stopped_at < 30
    more = training_job.model_copy(update={"checkpoint": tmp_path / "checkpoint" / "1"})
    if algorithm == "PPO":  # once from MLflow, as its folder is deleted
        more = training_job.model_copy(update={"stored": StoredCheckpoint(run_id=run_id, number=1)})
        shutil.rmtree(tmp_path)
        tmp_path.mkdir()
    assert train(more, server, "continued", StopRequest()) == "FINISHED"

    points = client.get_metric_history(run_id, "episode_reward")
    points.sort(key=lambda point: point.step)
    assert [point.step for point in points] == list(range(1, 31))
    assert all(one.timestamp <= next_one.timestamp for one, next_one in pairwise(points))
    versions = client.search_model_versions(f"run_id = '{run_id}'")
    stopped = {version.tags["total_episodes"]: version.tags.get("stopped") for version in versions}
    assert stopped == {str(stopped_at): "true", "30": None}
    assert [one.path for one in client.list_artifacts(run_id, "checkpoints")] == ["checkpoints/1", "checkpoints/2"]


class Crashing(StopRequest):
    """Raises an error after `episodes` episodes, as a bug would."""

    def __init__(self, episodes: int) -> None:
        super().__init__()
        self.left = episodes

    def ends_now(self, episode_ended: bool) -> bool:
        self.left -= episode_ended
        if self.left <= 0:
            raise RuntimeError("a bug")
        return False


def test_steps_repeated_after_a_crash_are_logged_once(
    client: MlflowClient, server: TrackingServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "CHECKPOINT_SECONDS", 0.0)
    run_id = server.create_run(server.experiment_id("crashed"), "a crash", {})
    training_job = job("PPO", tmp_path, run_id, episodes=40, n_steps=128)
    with pytest.raises(RuntimeError, match="a bug"):
        train(training_job, server, "crashed", Crashing(20))
    kept = CheckpointFiles(tmp_path / "checkpoint").numbers[-1]
    newest = tmp_path / "checkpoint" / str(kept)
    logged = len(client.get_metric_history(run_id, "episode_reward"))
    assert read_state(newest).episodes_finished < logged
    assert train(training_job.model_copy(update={"checkpoint": newest}), server, "crashed", StopRequest()) == "FINISHED"
    for key in ("episode_reward", "loss"):
        steps = sorted(point.step for point in client.get_metric_history(run_id, key))
        assert len(steps) == len(set(steps))
    assert sorted(point.step for point in client.get_metric_history(run_id, "episode_length")) == list(range(1, 41))
