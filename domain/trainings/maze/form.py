"""The maze's trainer as one among others: its fields from the request's types, its presets, its command."""

import sys
from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel

from domain.messages import template
from domain.trainings.fields import ChoiceField, FloatField, FormField, IntegerField, SeedsField, TextField, Value
from domain.trainings.maze.presets import PRESETS
from domain.trainings.maze.requests import MAZE_REQUEST, REQUESTS, DqnRequest, PpoRequest
from domain.trainings.trainer import Preset, Trainer

NAME: Final = "maze"
REQUEST_FILE: Final = "{request_file}"
"""What stands in the command for the file in which the scheduler puts the values as JSON."""
_LAYERS: Final = r"[1-9]\d{0,3}( *, *[1-9]\d{0,3}){0,3}"
_LIMITS: Final = {"minimum": "least", "maximum": "most", "exclusiveMinimum": "above", "exclusiveMaximum": "below"}


def maze_trainer() -> Trainer:
    """PPO and DQN in the maze, by `python -m training`."""
    return Trainer(
        name=NAME,
        title=template("The maze"),
        help=template("PPO or DQN learns the way out of a maze; the policy becomes a model that Clew can show."),
        fields=tuple(_fields()),
        presets=tuple(_presets()),
        command=(sys.executable, "-m", "training", "--request", REQUEST_FILE),
        experiment="maze-{maze_size}x{maze_size}-{algorithm}",
        is_built_in=True,
    )


def maze_request(values: Mapping[str, Value]) -> PpoRequest | DqnRequest:
    """The request that the values of one run make; raises pydantic's `ValidationError`."""
    return MAZE_REQUEST.validate_python(values)


def values_of(request: PpoRequest | DqnRequest) -> dict[str, Value]:
    """The values of a form that make this request."""
    values = request.model_dump()
    return values | {"net_arch": ", ".join(map(str, values["net_arch"]))}


def _fields() -> list[FormField]:
    """The algorithm, then what both have alike, then what each has its own way, in the order of their types."""
    algorithm = ChoiceField(
        name="algorithm",
        label=template("Algorithm"),
        help=template("PPO learns from what it just did, DQN from all it remembers."),
        options=tuple(REQUESTS),
        default="PPO",
    )
    by_name: dict[str, dict[str, FormField]] = {}
    for name, kind in REQUESTS.items():
        for field, schema in kind.model_json_schema()["properties"].items():
            if field != "algorithm":
                by_name.setdefault(field, {})[name] = _field(field, schema)
    return [algorithm, *(field for found in by_name.values() for field in _told_apart(found))]


def _told_apart(found: Mapping[str, FormField]) -> list[FormField]:
    """One field where all algorithms have the same, else one for each."""
    first = next(iter(found.values()))
    if len(found) == len(REQUESTS) and all(one == first for one in found.values()):
        return [first]
    return [one.model_copy(update={"shown_for": {"algorithm": (name,)}}) for name, one in found.items()]


def _field(name: str, schema: Mapping[str, Any]) -> FormField:
    """One field, by the JSON Schema of the request's."""
    told: dict[str, Any] = {"name": name, "label": schema["title"], "help": schema["description"]}
    told |= {key: schema[key] for key in ("unit", "section") if key in schema}
    default = schema["default"]
    if name == "seed":
        return SeedsField(**told, default=str(default))
    if name == "net_arch":
        return TextField(**told, default=", ".join(map(str, default)), pattern=_LAYERS, longest=40)
    if name == "environment":
        return ChoiceField(**told, default=default, options=(default,))
    kind: type[IntegerField] | type[FloatField] = IntegerField if schema["type"] == "integer" else FloatField
    limits = {ours: schema[theirs] for theirs, ours in _LIMITS.items() if theirs in schema}
    return kind(**told, default=default, **limits)


def _presets() -> list[Preset]:
    return [
        Preset(name=name, values=_with_defaults(algorithm, values), shown_for={"algorithm": (algorithm,)})
        for algorithm, presets in PRESETS.items()
        for name, values in presets.items()
    ]


def _with_defaults(algorithm: str, values: Mapping[str, Any]) -> dict[str, Value]:
    """The hyperparameters of a preset, those that it leaves out by default."""
    kind: type[BaseModel] = REQUESTS[algorithm]
    request = kind.model_validate({"algorithm": algorithm, **values})
    assert isinstance(request, PpoRequest | DqnRequest)
    names = request.hyperparameters
    return {name: value for name, value in values_of(request).items() if name in names}
