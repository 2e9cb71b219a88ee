"""What a trainer's program finds, before it is started."""

import os
import sys
from pathlib import Path

from domain.trainings.maze.form import maze_trainer
from domain.trainings.trainer import Trainer
from scheduler.local.environment import local_environment, search_path
from scheduler.queue.trainers import Trainers


def test_the_maze_s_trainer_registers_its_models_where_this_clew_looks_for_them() -> None:
    trainers = Trainers([], of_built_in={"MODEL_NAME": "of {braces}", "LOG_LEVEL": "DEBUG"})
    found = trainers.environment(maze_trainer(), {"algorithm": "PPO"})
    assert found == {"MODEL_NAME": "of {braces}", "LOG_LEVEL": "DEBUG"}


def test_a_teams_trainer_gets_its_files_variables_and_none_of_clews() -> None:
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


def test_python_is_the_one_that_has_these_libraries(tmp_path: Path) -> None:
    folder = str(Path(sys.executable).parent)
    assert search_path("/usr/bin").split(os.pathsep) == [folder, "/usr/bin"]
    assert search_path("") == folder
    assert local_environment(tmp_path, ["GPU-1"])["PATH"].startswith(folder)
