"""Records the sample data: `python -m training.samples.record` trains the runs of PLAN that training/sample_data
lacks.

All of them take 15 to 25 minutes on one core. To record a run again, remove it from runs.json.
"""

import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from mlflow.entities import Run
from mlflow.tracking import MlflowClient

from domain.logs import configure_logging
from training.models.registration import MODEL_FOLDER, ONNX_FILE, VIDEOS_FOLDER, model_name_of
from training.samples.store import FOLDER, RUNS_FILE, Points, SampleRun, read_points, read_runs, write_samples
from training.scratch_server import mlflow_server
from training.tracking.mlflow_client import connect

MODEL_NAME: Final = "clew-maze"
# Tags that identify the machine, its user or the process are not recorded.
KEPT_TAGS: Final = ("mlflow.source.name", "env_id", "env_spec")
LARGEST_FILM: Final = 300_000  # bytes; everyone who clones the repository downloads each

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Planned:
    """A training to record; `kill_after` interrupts it (SIGINT) once that many episodes have arrived in MLflow.

    `length` is in episodes of the maze of this `size`, or in steps of the environment `env`.
    """

    algorithm: str
    setting: str
    seed: int
    length: int
    size: int = 10
    env: str | None = None
    register: bool = False
    kill_after: int | None = None

    @property
    def experiment(self) -> str:
        """Not the trainer's own names: removing the samples must not delete a user's runs."""
        where = f"maze-{self.size}x{self.size}" if self.env is None else model_name_of(self.env)
        return f"sample-{where}-{self.algorithm.lower()}"

    @property
    def run_name(self) -> str:
        """The name that the trainer gives this run."""
        return f"{self.algorithm.lower()}-{self.setting}-seed{self.seed}"

    @property
    def key(self) -> str:
        """The sample's key, see SampleRun."""
        return f"{self.experiment}/{self.run_name}"

    def command(self) -> list[str]:
        """Returns the command line of this training."""
        options = {"algorithm": self.algorithm, "setting": self.setting, "experiment": self.experiment}
        maze = {"episodes": self.length, "size": self.size}
        where = maze if self.env is None else {"env": self.env, "steps": self.length}
        parameters = options | {"seed": self.seed} | where
        named = [word for key, value in parameters.items() for word in (f"--{key}", str(value))]
        return [sys.executable, "-m", "training", *named, *([] if self.register else ["--no-register"])]


# Short on purpose: MLflow ingests about 3,000 points a second, and a first start should not wait for it.
PLAN: Final = [
    *[Planned("PPO", "default", seed, 500, register=True) for seed in range(1, 6)],
    *[Planned("DQN", "default", seed, 800, register=True) for seed in range(1, 6)],
    *[Planned("PPO", "small-net", seed, 500) for seed in range(1, 5)],
    *[Planned("DQN", "small-net", seed, 800) for seed in range(1, 4)],
    Planned("PPO", "high-entropy", 3, 500, register=True),
    *[Planned("PPO", "low-entropy", seed, 600, register=seed == 1) for seed in (1, 2)],
    *[Planned(algorithm, "bad", 1, 400, register=True) for algorithm in ("PPO", "DQN")],
    *[Planned(algorithm, "default", 1, 500, size=5, register=True) for algorithm in ("PPO", "DQN")],
    Planned("DQN", "default", 6, 800, kill_after=150),
    Planned("PPO", "rl-zoo", 1, 100_000, env="CartPole-v1", register=True),
    Planned("PPO", "rl-zoo", 1, 1_000_000, env="LunarLander-v3", register=True),
]


def main() -> None:
    """Trains the runs of PLAN that training/sample_data lacks, with a temporary MLflow, and stores what they logged."""
    configure_logging("INFO")
    os.environ["MODEL_NAME"] = MODEL_NAME
    known = {run.key for run in _read()[0]}
    missing = [planned for planned in PLAN if planned.key not in known]
    with tempfile.TemporaryDirectory() as folder, mlflow_server(Path(folder)) as uri:
        client = connect(uri)
        for number, planned in enumerate(missing, 1):
            _train(planned, client, uri)
            _keep(planned, client)
            log.info("Recorded %d of %d: %s", number, len(missing), planned.key)


def _read() -> tuple[list[SampleRun], dict[str, Points]]:
    return (read_runs(), read_points()) if (FOLDER / RUNS_FILE).exists() else ([], {})


def _train(planned: Planned, client: MlflowClient, uri: str) -> None:
    process = subprocess.Popen(planned.command(), env=os.environ | {"MLFLOW_TRACKING_URI": uri})
    if planned.kill_after is not None:
        while process.poll() is None and _episodes_logged(client) < planned.kill_after:
            time.sleep(0.5)
        process.send_signal(signal.SIGINT)
    code, expected = process.wait(), 0 if planned.kill_after is None else 128 + signal.SIGINT
    if code != expected:
        raise SystemExit(f"{planned} ended with {code}, not {expected}; nothing was kept.")


def _episodes_logged(client: MlflowClient) -> int:
    running = client.search_runs(_experiment_ids(client), "status = 'RUNNING'")
    points = [client.get_metric_history(run.info.run_id, "episode_reward") for run in running]
    return max((len(history) for history in points), default=0)


def _experiment_ids(client: MlflowClient) -> list[str]:
    return [experiment.experiment_id for experiment in client.search_experiments()]


def _keep(planned: Planned, client: MlflowClient) -> None:
    runs, points = _read()
    experiment_id = client.get_experiment_by_name(planned.experiment).experiment_id
    (run,) = client.search_runs([experiment_id], f"attributes.run_name = '{planned.run_name}'")
    versions = client.search_model_versions(f"run_id = '{run.info.run_id}'")
    sample = _sample(run, planned.experiment, dict(versions[0].tags) if versions else None)
    if versions:
        _keep_file(client, run, f"{MODEL_FOLDER}/{ONNX_FILE}", FOLDER / sample.onnx_path)
        sample = sample.model_copy(update={"film": _film(client, run)})
        if sample.film_path is not None:
            _keep_file(client, run, f"{VIDEOS_FOLDER}/{sample.film}", FOLDER / sample.film_path)
    runs = sorted([*runs, sample], key=lambda run: run.start_time_ms)
    write_samples(FOLDER, runs, points | {sample.key: _points(client, run)})


def _film(client: MlflowClient, run: Run) -> str | None:
    found = client.list_artifacts(run.info.run_id, VIDEOS_FOLDER)
    return next((Path(file.path).name for file in found if file.file_size <= LARGEST_FILM), None)


def _keep_file(client: MlflowClient, run: Run, artifact: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        shutil.copyfile(client.download_artifacts(run.info.run_id, artifact, folder), path)


def _sample(run: Run, experiment: str, version_tags: dict[str, str] | None) -> SampleRun:
    return SampleRun(
        experiment=experiment,
        name=run.info.run_name,
        status=run.info.status,
        start_time_ms=run.info.start_time,
        end_time_ms=run.info.end_time,
        params=dict(run.data.params),
        tags={key: value for key, value in run.data.tags.items() if key in KEPT_TAGS},
        version_tags=version_tags,
    )


def _points(client: MlflowClient, run: Run) -> Points:
    points = [point for key in run.data.metrics for point in client.get_metric_history(run.info.run_id, key)]
    points.sort(key=lambda point: (point.timestamp, point.key, point.step))
    return Points(
        keys=[point.key for point in points],
        steps=np.array([point.step for point in points]),
        values=np.array([point.value for point in points]),
        timestamps_ms=np.array([point.timestamp for point in points]),
    )


if __name__ == "__main__":
    main()
