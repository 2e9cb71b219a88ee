"""What a trainer's program finds, before it is started."""

import os
import sys
from pathlib import Path

from domain.trainings.maze.form import maze_trainer
from domain.trainings.trainer import Trainer
from scheduler.local.environment import local_environment, search_path
from scheduler.queue.trainers import Trainers


def test_the_maze_trainer_gets_the_registered_model_of_this_clew() -> None:
    trainers = Trainers([], of_built_in={"MODEL_NAME": "of {braces}", "LOG_LEVEL": "DEBUG"})
    found = trainers.environment(maze_trainer(), {"algorithm": "PPO"})
    assert found == {"MODEL_NAME": "of {braces}", "LOG_LEVEL": "DEBUG"}


def test_a_trainer_of_the_team_gets_its_own_variables_and_none_of_clews() -> None:
    own = Trainer.model_validate(
        {
            "name": "own",
            "command": ["python", "-V"],
            "environment": {"SEED": "{seed}"},
            "fields": [{"kind": "seeds", "name": "seed"}],
        }
    )
    trainers = Trainers([own], of_built_in={"MODEL_NAME": "ours"})
    assert trainers.environment(own, {"seed": 7}) == {"SEED": "7"}


def test_trainings_find_the_same_python_as_clew(tmp_path: Path) -> None:
    folder = str(Path(sys.executable).parent)
    assert search_path("/usr/bin").split(os.pathsep) == [folder, "/usr/bin"]
    assert search_path("") == folder
    assert local_environment(tmp_path, ["GPU-1"])["PATH"].startswith(folder)
