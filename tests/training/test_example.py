"""The shipped example of a team's own trainer: its file is accepted, and its program trains into the given run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from mlflow.tracking import MlflowClient

from domain.errors.trainings.requests import TrainingRefused
from domain.trainings.checking import checked
from domain.trainings.trainers_file import read_trainers

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


def test_the_program_trains_into_the_run_that_it_is_given(client: MlflowClient, mlflow_uri: str) -> None:
    pytest.importorskip("stable_baselines3")
    (trainer,) = read_trainers((EXAMPLES / "trainings.toml").read_text())
    first, second = checked(trainer, {"seed": "3-4", "timesteps": 2048})
    assert (first["seed"], second["seed"]) == (3, 4)
    command = trainer.command_for(first)
    assert command[:2] == ["python", "cartpole.py"]
    run_id = client.create_run(client.create_experiment("cartpole-example")).info.run_id
    variables = {"MLFLOW_TRACKING_URI": mlflow_uri, "MLFLOW_RUN_ID": run_id, **trainer.environment_for(first)}
    ended = subprocess.run(
        [sys.executable, *command[1:]], cwd=EXAMPLES, env=os.environ | variables, capture_output=True
    )
    assert ended.returncode == 0, ended.stderr.decode()
    run = client.get_run(run_id)
    assert (run.info.status, run.data.params["algo"], run.data.params["seed"]) == ("FINISHED", "PPO", "3")
    assert run.data.metrics["time/total_timesteps"] == 2048
    assert run.data.metrics["rollout/ep_rew_mean"] > 1


def test_invalid_values_are_refused() -> None:
    (trainer,) = read_trainers((EXAMPLES / "trainings.toml").read_text())
    with pytest.raises(TrainingRefused) as refused:
        checked(trainer, {"algo": "--config=/etc/passwd", "timesteps": 1, "learning_rate": 0, "seed": "../"})
    assert set(refused.value.fields) == {"algo", "timesteps", "learning_rate", "seed"}
