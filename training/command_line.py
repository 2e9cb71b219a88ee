"""Converts a command line, or the scheduler's file, to a training job."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from domain.errors.misfits import misfit_of
from domain.errors.records import InvalidArgument
from domain.messages import Text
from domain.trainings.built_in import request_of
from domain.trainings.fields import Value
from domain.trainings.maze.presets import PRESETS
from domain.trainings.maze.requests import REQUESTS, DqnRequest, PpoRequest
from training.environment_arguments import environment_request_of
from training.jobs import DEFAULT_SETTING, StoredCheckpoint, TrainingJob
from training.parser import MAZE_NUMBERS, parser_of

MAX_EPISODES: Final = 1_000_000
_ANY_LENGTH: Final[Any] = (int, Field(1000, ge=1, le=MAX_EPISODES))
"""A training from the command line may be longer than one from the page."""


class RequestFile(BaseModel):
    """The file that the scheduler writes for the program: the values of one run, and a checkpoint to continue from.

    The checkpoint is a folder, or if this machine has none, one in MLflow.
    """

    model_config = ConfigDict(frozen=True)

    values: dict[str, Value]
    checkpoint: Path | None = None
    stored: StoredCheckpoint | None = None


def parse(arguments: Sequence[str] | None) -> TrainingJob:
    """Reads the command line; for invalid arguments argparse prints a message and ends the process. Raises BadInput."""
    parser = parser_of()
    chosen = vars(parser.parse_args(arguments))
    if chosen["request"] is not None:
        return job_of_file(chosen["request"])
    if chosen["algorithm"] is None:
        parser.error("the following arguments are required: --algorithm (or --request)")
    try:
        return _job(chosen)
    except ValidationError as error:
        field, misfit = _misfit(error)
        name = field.replace("maze_size", "size").replace("env_id", "env").replace("_", "-")
        parser.error(f"argument --{name}: {misfit}")
    except InvalidArgument as error:
        parser.error(str(error))


def job_of_file(file: Path) -> TrainingJob:
    """Returns the job in the scheduler's file; run and folder are in the environment. Raises BadInput."""
    try:
        content = RequestFile.model_validate_json(file.read_bytes())
        request = request_of(content.values)
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
        checkpoint=content.checkpoint,
        stored=content.stored,
    )


def _misfit(error: ValidationError) -> tuple[str, object]:
    """Returns the first invalid field and why.

    An error about several fields names them itself. A path may begin with PPO.
    """
    path, misfit = misfit_of(error)
    own = error.errors(include_url=False)[0].get("ctx", {}).get("field")
    return str(own or next((part for part in path.split(".") if part not in REQUESTS), path)), misfit


def _job(chosen: dict[str, Any]) -> TrainingJob:
    own = {name: chosen[name] for name in ("experiment", "device", "register_model") if chosen[name] is not None}
    request = _maze_request(chosen) if chosen["env"] is None else environment_request_of(chosen)
    return TrainingJob(request=request, **own)


def _maze_request(chosen: dict[str, Any]) -> PpoRequest | DqnRequest:
    algorithm, setting = chosen["algorithm"], chosen["setting"] or DEFAULT_SETTING
    if algorithm not in REQUESTS:
        raise InvalidArgument(Text(f"algorithm: {algorithm} does not fit the four moves of the maze; name an --env."))
    if chosen["steps"] is not None:
        raise InvalidArgument(Text("steps: in the maze, trainings are counted by --episodes."))
    presets: dict[str, dict[str, Any]] = PRESETS[algorithm]
    if setting not in presets:
        known = ", ".join(presets)
        raise InvalidArgument(Text(f"{algorithm} has no setting {setting!r}; there are: {known}."))
    given = {name: chosen[name] for name in MAZE_NUMBERS if chosen[name] is not None}
    numbers = {name.replace("size", "maze_size"): value for name, value in given.items()}
    return _long(algorithm).model_validate({"algorithm": algorithm, **presets[setting], **numbers})


def _long(algorithm: str) -> type[PpoRequest] | type[DqnRequest]:
    """Returns the request type with a larger limit of episodes."""
    base = REQUESTS[algorithm]
    return cast(type[PpoRequest], create_model(base.__name__, __base__=base, episodes=_ANY_LENGTH))
