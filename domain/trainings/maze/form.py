"""The maze's trainer: its fields from the request's types, its presets, its command."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel

from domain.messages import template
from domain.trainings.fields import Value
from domain.trainings.maze.presets import PRESETS
from domain.trainings.maze.requests import MAZE_REQUEST, REQUESTS, DqnRequest, PpoRequest
from domain.trainings.request_form import COMMAND, fields_of, values_of_fields
from domain.trainings.trainer import Preset, Trainer

NAME: Final = "maze"


def maze_trainer() -> Trainer:
    """Returns the trainer of PPO and DQN in the maze, run by `python -m training`."""
    return Trainer(
        name=NAME,
        title=template("The maze"),
        help=template("PPO or DQN learns the way out of a maze; the policy becomes a model that Clew can show."),
        fields=fields_of(template("PPO learns from its latest steps, DQN from a buffer of past steps."), REQUESTS),
        presets=tuple(_presets()),
        command=COMMAND,
        experiment="maze-{maze_size}x{maze_size}-{algorithm}",
        is_built_in=True,
    )


def maze_request(values: Mapping[str, Value]) -> PpoRequest | DqnRequest:
    """Converts the values of one run to a request; raises pydantic's `ValidationError`."""
    return MAZE_REQUEST.validate_python(values)


def values_of(request: PpoRequest | DqnRequest) -> dict[str, Value]:
    """Returns the form values of a request."""
    return values_of_fields(request.model_dump())


def _presets() -> list[Preset]:
    return [
        Preset(name=name, values=_with_defaults(algorithm, values), shown_for={"algorithm": (algorithm,)})
        for algorithm, presets in PRESETS.items()
        for name, values in presets.items()
    ]


def _with_defaults(algorithm: str, values: Mapping[str, Any]) -> dict[str, Value]:
    """Returns the hyperparameters of a preset, completed with defaults."""
    kind: type[BaseModel] = REQUESTS[algorithm]
    request = kind.model_validate({"algorithm": algorithm, **values})
    assert isinstance(request, PpoRequest | DqnRequest)
    names = request.hyperparameters
    return {name: value for name, value in values_of(request).items() if name in names}
