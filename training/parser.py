"""The command line of `python -m training`."""

import argparse
from pathlib import Path
from typing import Final

from pydantic.fields import FieldInfo

from domain.inference.maze import DEFAULT_SEED, DEFAULT_SIZE, MAX_STEPS
from domain.trainings.environments.requests import REQUESTS
from training.jobs import TrainingJob

MAZE_NUMBERS: Final = {
    "seed": "seed of networks, exploration and starts (default: 0)",
    "episodes": "episodes to train for (default: 1000, with --env by steps)",
    "steps_per_episode": f"steps after which an episode in the maze ends (default: {MAX_STEPS})",
    "size": f"cells a side of the maze (default: {DEFAULT_SIZE})",
    "maze_seed": f"seed of the maze itself (default: {DEFAULT_SEED})",
}


def parser_of() -> argparse.ArgumentParser:
    """Returns the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m training", description="Trains an agent in the maze, or in --env, and logs it to MLflow."
    )
    parser.add_argument("--algorithm", choices=list(REQUESTS))
    parser.add_argument("--env", help="the id of a Gymnasium environment, such as CartPole-v1 (default: the maze)")
    for name, meaning in MAZE_NUMBERS.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, help=meaning)
    parser.add_argument("--steps", type=int, help="with --env: steps to train for (default: those of --setting)")
    parser.add_argument(
        "--setting",
        help="named hyperparameters (default: the preset `default`; with --env, `rl-zoo` if it has this environment)",
    )
    for name in ("experiment", "device"):
        parser.add_argument(f"--{name}", help=_help(TrainingJob.model_fields[name]))
    parser.add_argument("--no-register", dest="register_model", action="store_false", help="do not register the model")
    parser.add_argument("--request", type=Path, help="a file with these options, written by the scheduler")
    return parser


def _help(field: FieldInfo) -> str:
    return f"{field.description} (default: {field.default or 'none'})".replace("(default: none)", "")
