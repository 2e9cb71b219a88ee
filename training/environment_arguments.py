"""Converts a command line that names an environment to a request."""

from typing import Any, Final

from domain.errors.records import InvalidArgument
from domain.messages import Text
from domain.trainings.environments.presets import settings_of
from domain.trainings.environments.requests import ENVIRONMENT_REQUEST, EnvironmentRequest

_OF_MAZES: Final = ("size", "maze_seed", "steps_per_episode")


def environment_request_of(chosen: dict[str, Any]) -> EnvironmentRequest:
    """Returns the request that a command line makes; raises BadInput, or pydantic's `ValidationError`."""
    if of_maze := [name for name in _OF_MAZES if chosen[name] is not None]:
        raise InvalidArgument(Text(f"{of_maze[0]}: is for the maze, and --env names another environment."))
    if chosen["steps"] is not None and chosen["episodes"] is not None:
        raise InvalidArgument(Text("episodes: a training is counted by --steps or by --episodes, not by both."))
    known = settings_of(chosen["algorithm"], chosen["env"])
    setting = chosen["setting"] or next(iter(known))
    if setting not in known:
        names = ", ".join(known)
        raise InvalidArgument(
            Text(f"{chosen['algorithm']} has no setting {setting!r} for {chosen['env']}; there are: {names}.")
        )
    return ENVIRONMENT_REQUEST.validate_python(known[setting].model_dump() | _given(chosen))


def _given(chosen: dict[str, Any]) -> dict[str, Any]:
    given = {name: chosen[name] for name in ("seed", "steps", "episodes") if chosen[name] is not None}
    return given | ({"until": "episodes"} if "episodes" in given else {})
