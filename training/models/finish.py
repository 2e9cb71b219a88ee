"""What follows training: the policy's file, its evaluation, a video, a version of the registered model."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from stable_baselines3.common.base_class import BaseAlgorithm

from domain.inference.evaluation import evaluate
from domain.inference.signatures import SIGNATURE_TAG
from training.agents.making import EnvironmentMaker
from training.jobs import TrainingJob
from training.models.export import export_policy, inputs_and_answers_of, load_any_policy, load_policy
from training.models.measuring import EvaluationResult, measure
from training.models.observing import part_of
from training.models.registration import MODEL_FOLDER, ONNX_FILE, ONNX_TAG, VIDEOS_FOLDER
from training.models.video import film, in_environment, in_maze
from training.stopping import StopRequest
from training.tracking.run_log import RunLog
from training.tracking.server import TRAINED_AT, TrackingServer

_LONGEST_TAG: Final = 5000  # characters; MLflow's smallest limit for a run's tag


@dataclass(frozen=True)
class ExportedPolicy:
    """An exported policy with its evaluation; `measured` may be None if the training was stopped."""

    file: Path
    measured: EvaluationResult | None
    episodes: int
    steps: int


def export_and_measure(
    agent: BaseAlgorithm, job: TrainingJob, folder: Path, episodes: int, alive: Callable[[], None], stop: StopRequest
) -> ExportedPolicy:
    """Writes the policy into `folder` and evaluates that file; in the maze with 200 steps, whatever it trained with.

    The rates of all models are therefore comparable: no path through our mazes is longer.
    """
    file = export_policy(agent, folder / ONNX_FILE, job.request.seed)
    if job.maze is None:
        measured = measure(load_any_policy(file), _maker(job), alive, stop=stop)
    else:
        found = evaluate(load_policy(file), job.maze, played=lambda _: alive())
        measured = EvaluationResult.model_validate(found.model_dump())
    return ExportedPolicy(file, measured, episodes, agent.num_timesteps)


def film_of(finished: ExportedPolicy, job: TrainingJob, folder: Path) -> Path | None:
    """Writes one greedy episode as an animated WebP, named after the number of learned steps."""
    file = folder / VIDEOS_FOLDER / f"step_{finished.steps}.webp"
    if job.maze is not None:
        return film(file, partial(in_maze, load_policy(finished.file), job.maze))
    return film(file, partial(in_environment, load_any_policy(finished.file), _maker(job)))


def _maker(job: TrainingJob) -> EnvironmentMaker:
    return EnvironmentMaker(job.env_id, job.environments_file)


def log_measured(run: RunLog, finished: ExportedPolicy) -> None:
    """Logs the evaluation of the exported model, at the episode after which it was exported."""
    measured = finished.measured
    if measured is None:
        return
    if measured.success_rate is not None:
        run.metric("eval/success_rate", measured.success_rate, finished.episodes)
    run.metric("eval/mean_return", measured.mean_return, finished.episodes)
    run.metric("eval/mean_length", measured.mean_length, finished.episodes)


def environment_tags(job: TrainingJob, env_spec: str | None) -> dict[str, str]:
    """Returns the tags of the environment for a run or version; an EnvSpec only if it fits a tag."""
    spec = {"env_spec": env_spec} if env_spec is not None and len(env_spec) <= _LONGEST_TAG else {}
    return {"env_id": job.env_id, **spec}


def signature_tags(file: Path, job: TrainingJob) -> dict[str, str]:
    """Returns the tags that describe a file's inputs and outputs.

    Those of a maze policy are known without.
    """
    if job.maze is not None:
        return {}
    inputs, answers = inputs_and_answers_of(file)
    taken = {name: {"part": part_of(name), "layout": "as_given"} for name in inputs}
    return {SIGNATURE_TAG: json.dumps({"inputs": taken, "outputs": {name: name for name in answers}})}


def version_tags(job: TrainingJob, finished: ExportedPolicy, environment: dict[str, str]) -> dict[str, str]:
    """Returns the tags of a version; if training was stopped, with its progress in episodes or steps."""
    return {
        "algorithm": job.request.algorithm,
        **environment,
        **_measure_tags(finished.measured),
        "total_episodes": str(finished.episodes),
        "total_steps": str(finished.steps),
        TRAINED_AT: datetime.now(UTC).isoformat(timespec="seconds"),
        ONNX_TAG: ONNX_FILE,
        **_stopped(job, finished),
    }


def _measure_tags(measured: EvaluationResult | None) -> dict[str, str]:
    if measured is None:
        return {}
    success = {} if measured.success_rate is None else {"success_rate": str(measured.success_rate)}
    return {**success, "mean_return": str(measured.mean_return), "eval_episodes": str(measured.episodes)}


def _stopped(job: TrainingJob, finished: ExportedPolicy) -> dict[str, str]:
    if job.steps is not None:
        return {"stopped": "true", "asked_steps": str(job.steps)} if finished.steps < job.steps else {}
    requested = job.request.episodes
    return {"stopped": "true", "asked_episodes": str(requested)} if finished.episodes < requested else {}


def upload_and_register(
    server: TrackingServer, run: RunLog, file: Path, model_name: str | None, tags: dict[str, str]
) -> str | None:
    """Uploads the file and registers it as a version of `model_name`, whose number it returns; may be retried."""
    run.artifacts.upload(file, MODEL_FOLDER)
    if model_name is None:
        return None
    return server.register(model_name, f"{run.artifacts.root}/{MODEL_FOLDER}", run.run_id, tags)


def upload_other_files(run: RunLog, film: Path | None, env_spec: str | None, folder: Path) -> None:
    """Uploads the other files: the video, and an EnvSpec too long for a tag; may be retried."""
    if film is not None:
        run.artifacts.upload(film, VIDEOS_FOLDER)
    if env_spec is not None and len(env_spec) > _LONGEST_TAG:
        file = folder / "env_spec.json"
        file.write_text(env_spec, encoding="utf-8")
        run.artifacts.upload(file, "")
