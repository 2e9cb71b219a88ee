"""What becomes of a trained policy: a file, its measure, a version of the registered model."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from stable_baselines3.common.base_class import BaseAlgorithm

from domain.inference.evaluation import Evaluation, evaluate
from training.jobs import TrainingJob
from training.models.export import export_policy, load_policy
from training.models.registration import MODEL_FOLDER, ONNX_FILE, ONNX_TAG
from training.tracking.run_log import RunLog
from training.tracking.server import TRAINED_AT, TrackingServer


def export_and_evaluate(
    agent: BaseAlgorithm, job: TrainingJob, folder: Path, alive: Callable[[], None]
) -> tuple[Path, Evaluation]:
    """Writes the policy into `folder` and measures that file, at home and with 200 steps, whatever it trained with.

    So the rates of all models are of the same: no way through a maze of ours is longer.
    """
    file = export_policy(agent, folder / ONNX_FILE, job.request.seed)
    return file, evaluate(load_policy(file), job.maze, played=lambda _: alive())


def log_evaluation(run: RunLog, evaluation: Evaluation, step: int) -> None:
    """Logs what the exported model came to, at the episode after which it was exported."""
    run.metric("eval/success_rate", evaluation.success_rate, step)
    run.metric("eval/mean_return", evaluation.mean_return, step)
    run.metric("eval/mean_length", evaluation.mean_length, step)


def version_tags(job: TrainingJob, evaluation: Evaluation, episodes: int) -> dict[str, str]:
    """What a version says of itself; where training was stopped, of how many episodes that was."""
    tags = {
        "algorithm": job.request.algorithm,
        "env_id": job.maze.env_id,
        "success_rate": str(evaluation.success_rate),
        "total_episodes": str(episodes),
        TRAINED_AT: datetime.now(UTC).isoformat(timespec="seconds"),
        ONNX_TAG: ONNX_FILE,
    }
    stopped = {"stopped": "true", "asked_episodes": str(job.request.episodes)}
    return tags | (stopped if episodes < job.request.episodes else {})


def upload_and_register(
    server: TrackingServer, run: RunLog, file: Path, model_name: str | None, tags: dict[str, str]
) -> str | None:
    """Uploads the file and makes it a version of `model_name`, whose number it returns; may be tried again."""
    run.artifacts.upload(file, MODEL_FOLDER)
    if model_name is None:
        return None
    return server.register(model_name, f"{run.artifacts.root}/{MODEL_FOLDER}", run.run_id, tags)
