"""The trainer for any environment: its fields from the request's types, its presets, its command."""

from collections.abc import Mapping
from typing import Any, Final

from domain.messages import template
from domain.trainings.environments.presets import DEFAULT, ZOO, defaults_of, settings_of, zoo_environments
from domain.trainings.environments.requests import ENVIRONMENT_REQUEST, REQUESTS, EnvironmentRequest
from domain.trainings.fields import Value
from domain.trainings.hyperparameters.declaring import hyperparameters_of
from domain.trainings.request_form import COMMAND, fields_of, values_of_fields
from domain.trainings.trainer import Preset, Trainer

NAME: Final = "environment"
_OTHER_BUDGET: Final = {"steps": "episodes", "episodes": "steps"}


def environment_trainer() -> Trainer:
    """Returns the trainer of PPO, DQN and SAC in any Gymnasium environment, run by `python -m training`."""
    return Trainer(
        name=NAME,
        title=template("Any environment"),
        help=template("PPO, DQN or SAC of Stable-Baselines3 learns in an environment of Gymnasium's, by its id."),
        fields=fields_of(template("DQN chooses one of several actions, SAC continuous ones, PPO either."), REQUESTS),
        presets=tuple(_presets()),
        command=COMMAND,
        experiment="{env_id}-{algorithm}",
        is_built_in=True,
    )


def environment_request(values: Mapping[str, Value]) -> EnvironmentRequest:
    """Converts the values of one run to a request; raises pydantic's `ValidationError`."""
    return ENVIRONMENT_REQUEST.validate_python(values)


def values_of(request: EnvironmentRequest) -> dict[str, Value]:
    """Returns the form values of a request, with only that of steps and episodes by which it is counted."""
    values = values_of_fields(request.model_dump())
    return {name: value for name, value in values.items() if name != _OTHER_BUDGET[request.until]}


def _presets() -> list[Preset]:
    """Returns presets tuned for one environment, shown for that one, then the general ones."""
    tuned = [
        Preset(name=ZOO, values=_tuned(algorithm, env_id), shown_for={"algorithm": (algorithm,), "env_id": (env_id,)})
        for algorithm in REQUESTS
        for env_id in zoo_environments(algorithm)
    ]
    own = [
        Preset(name=DEFAULT, values=_plain(defaults_of(algorithm)), shown_for={"algorithm": (algorithm,)})
        for algorithm in REQUESTS
    ]
    return [*tuned, *own]


def _tuned(algorithm: str, env_id: str) -> dict[str, Value]:
    request = settings_of(algorithm, env_id)[ZOO]
    return {"steps": request.steps, **_plain(request)}


def _plain(request: Any) -> dict[str, Value]:
    return values_of_fields(hyperparameters_of(request))
