"""A whole training: learn, export, evaluate the export, register it, and tell MLflow all the way."""

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from mlflow.tracking import MlflowClient
from stable_baselines3.common.base_class import BaseAlgorithm
from tqdm import tqdm

from domain.inference.evaluation import EVALUATION_EPISODES, Evaluation, evaluate
from domain.inference.maze import MAX_STEPS, Maze, generate_maze
from training.agents import build_agent
from training.export import export_policy, load_policy
from training.hyperparameters import load_hyperparameters
from training.process import process_tags, user_name
from training.progress import SUCCESS_WINDOW, EpisodeCallback
from training.registration import MODEL_FOLDER, ONNX_FILE, register_version
from training.request import TrainingRequest
from training.run_log import RunLog, Status


def train(request: TrainingRequest, client: MlflowClient, model_name: str, should_stop: Callable[[], bool]) -> Status:
    """Trains as asked and returns how the run ended in MLflow: FINISHED, or KILLED when told to stop.

    Any exception ends the run as FAILED and goes on to the caller.
    """
    maze = generate_maze(request.size, request.maze_seed)
    hyperparameters = load_hyperparameters(request.algorithm, request.setting)
    agent = build_agent(request.algorithm, maze, request.seed, hyperparameters, request.device)
    tags = process_tags(agent.device) | {"mlflow.user": user_name(), "mlflow.source.name": "python -m training"}
    # The windows say how far the rates can be trusted: Wilson's interval needs the number of episodes.
    windows = {"success_window": SUCCESS_WINDOW, "eval_episodes": EVALUATION_EPISODES}
    params = request.params(maze.env_id) | hyperparameters | windows
    run = RunLog.start(client, request.experiment_name, request.run_name, params, tags)
    tqdm.write(f"Run {run.run_id} ({request.run_name}) in experiment {request.experiment_name}.")
    status: Status = "FAILED"
    try:
        if _learn(agent, request, run, should_stop):
            _finish(agent, maze, request, run, client, model_name)
            status = "FINISHED"
        else:
            status = "KILLED"
    except KeyboardInterrupt:
        status = "KILLED"
        raise
    finally:
        run.end(status)
    return status


def _learn(agent: BaseAlgorithm, request: TrainingRequest, run: RunLog, should_stop: Callable[[], bool]) -> bool:
    """Trains for the asked number of episodes; False when stopped before their end."""
    with tqdm(total=request.episodes, unit="episode", desc=request.run_name) as bar:

        def tick() -> None:
            if callback.finished > bar.n:
                bar.set_postfix(success=f"{callback.success_rate:.0%}", refresh=False)
                bar.update(callback.finished - bar.n)
            run.flush_if_due()

        callback = EpisodeCallback(request.episodes, run.metric, tick, should_stop)
        most_steps = (request.episodes + agent.n_envs) * MAX_STEPS
        agent.learn(most_steps, callback=callback, log_interval=None)
    run.flush_patiently()
    return callback.finished >= request.episodes and not should_stop()


def _finish(
    agent: BaseAlgorithm, maze: Maze, request: TrainingRequest, run: RunLog, client: MlflowClient, model_name: str
) -> None:
    """Exports, evaluates the exported file, logs both, and registers the version."""
    with tempfile.TemporaryDirectory() as folder:
        file = export_policy(agent, Path(folder) / ONNX_FILE, request.seed)
        evaluation = evaluate(load_policy(file), maze)
        run.artifact(file, MODEL_FOLDER)
    _log_evaluation(run, evaluation, request.episodes)
    message = f"{evaluation.success_rate:.0%} of {evaluation.episodes} held-out greedy episodes reach the goal"
    if request.register_model:
        tags = _version_tags(request, maze, evaluation)
        version = register_version(client, model_name, run.run_id, run.artifact_uri, tags)
        message += f"; registered as {model_name} version {version}"
    tqdm.write(f"{message}.")


def _log_evaluation(run: RunLog, evaluation: Evaluation, step: int) -> None:
    run.metric("eval/success_rate", evaluation.success_rate, step)
    run.metric("eval/mean_return", evaluation.mean_return, step)
    run.metric("eval/mean_length", evaluation.mean_length, step)


def _version_tags(request: TrainingRequest, maze: Maze, evaluation: Evaluation) -> dict[str, str]:
    return {
        "algorithm": request.algorithm,
        "env_id": maze.env_id,
        "success_rate": str(evaluation.success_rate),
        "total_episodes": str(request.episodes),
        "trained_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
