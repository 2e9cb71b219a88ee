"""From a command line, or from the scheduler's file, to a training's job."""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic.fields import FieldInfo

from domain.errors.misfits import misfit_of
from domain.errors.records import InvalidArgument
from domain.inference.maze import DEFAULT_SEED, DEFAULT_SIZE, MAX_STEPS
from domain.messages import Text
from domain.trainings.fields import Value
from domain.trainings.maze.form import maze_request
from domain.trainings.maze.presets import PRESETS
from domain.trainings.maze.requests import REQUESTS, DqnRequest, PpoRequest
from training.jobs import DEFAULT_SETTING, TrainingJob

MOST_EPISODES: Final = 1_000_000
_ANY_LENGTH: Final[Any] = (int, Field(1000, ge=1, le=MOST_EPISODES))
"""A person at a terminal may train for longer than a page."""
_NUMBERS: Final = {
    "seed": "seed of networks, exploration and start cells (default: 0)",
    "episodes": "episodes to train for (default: 1000)",
    "steps_per_episode": f"steps after which an episode ends (default: {MAX_STEPS})",
    "size": f"cells a side of the maze (default: {DEFAULT_SIZE})",
    "maze_seed": f"seed of the maze itself (default: {DEFAULT_SEED})",
}


class RequestFile(BaseModel):
    """What the scheduler writes for the program: the values of one run, and a checkpoint's folder to go on from."""

    model_config = ConfigDict(frozen=True)

    values: dict[str, Value]
    checkpoint: Path | None = None


def parse(arguments: Sequence[str] | None) -> TrainingJob:
    """Reads the command line; argparse ends the process with a sentence where it makes no sense. Raises BadInput."""
    parser = _parser()
    chosen = vars(parser.parse_args(arguments))
    if chosen["request"] is not None:
        return job_of_file(chosen["request"])
    if chosen["algorithm"] is None:
        parser.error("the following arguments are required: --algorithm (or --request)")
    try:
        return _job(chosen)
    except ValidationError as error:
        field, misfit = _misfit(error)
        name = field.replace("maze_size", "size").replace("_", "-")
        parser.error(f"argument --{name}: {misfit}")
    except InvalidArgument as error:
        parser.error(str(error))


def job_of_file(file: Path) -> TrainingJob:
    """The job that the scheduler's file describes; run and folder are in the environment. Raises BadInput."""
    try:
        asked = RequestFile.model_validate_json(file.read_bytes())
        request = maze_request(asked.values)
    except OSError as error:
        raise InvalidArgument(Text(f"{file} cannot be read: {error.strerror}.")) from error
    except ValidationError as error:
        field, misfit = _misfit(error)
        raise InvalidArgument(Text(f"{file}: {field}: {misfit}.")) from error
    folder = os.environ.get("CLEW_RUN_FOLDER")
    return TrainingJob(
        request=request,
        run_id=os.environ.get("MLFLOW_RUN_ID") or None,
        folder=Path(folder) if folder else None,
        checkpoint=asked.checkpoint,
    )


def _misfit(error: ValidationError) -> tuple[str, object]:
    """The first wrong field and why; what is wrong beside another one names itself. A path may begin with PPO."""
    path, misfit = misfit_of(error)
    own = error.errors(include_url=False)[0].get("ctx", {}).get("field")
    return str(own or next((part for part in path.split(".") if part not in REQUESTS), path)), misfit


def _job(chosen: dict[str, Any]) -> TrainingJob:
    algorithm, setting = chosen["algorithm"], chosen["setting"]
    presets: dict[str, dict[str, Any]] = PRESETS[algorithm]
    if setting not in presets:
        known = ", ".join(presets)
        raise InvalidArgument(Text(f"{algorithm} has no setting {setting!r}; there are: {known}."))
    numbers = {name.replace("size", "maze_size"): chosen[name] for name in _NUMBERS if chosen[name] is not None}
    request = _long(algorithm).model_validate({"algorithm": algorithm, **presets[setting], **numbers})
    own = {name: chosen[name] for name in ("experiment", "device", "register_model") if chosen[name] is not None}
    return TrainingJob(request=request, **own)


def _long(algorithm: str) -> type[PpoRequest] | type[DqnRequest]:
    """The request's type, for as many episodes as anybody likes."""
    base = REQUESTS[algorithm]
    return cast(type[PpoRequest], create_model(base.__name__, __base__=base, episodes=_ANY_LENGTH))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training", description="Trains an agent in the maze and logs it to MLflow."
    )
    parser.add_argument("--algorithm", choices=list(REQUESTS))
    for name, meaning in _NUMBERS.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, help=meaning)
    parser.add_argument(
        "--setting", default=DEFAULT_SETTING, help=f"named hyperparameters (default: {DEFAULT_SETTING})"
    )
    for name in ("experiment", "device"):
        parser.add_argument(f"--{name}", help=_help(TrainingJob.model_fields[name]))
    parser.add_argument(
        "--no-register", dest="register_model", action="store_false", help="leave the model registry alone"
    )
    parser.add_argument("--request", type=Path, help="a file of the scheduler's that says all of this")
    return parser


def _help(field: FieldInfo) -> str:
    return f"{field.description} (default: {field.default or 'none'})".replace("(default: none)", "")
