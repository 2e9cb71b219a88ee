"""MLflow's registry as a value in memory, each request one atomic step; test_interleavings.py compares it to MLflow."""

from typing import Any, NamedTuple

from domain.errors import NotFound
from domain.errors.models.records import ModelNotFound
from domain.errors.records import NotFoundThere
from domain.messages import Text
from domain.registry.models import ALIAS
from mlflow_api.registry.versions import Registered, Version

Tags = tuple[tuple[str, str], ...]


class Request(NamedTuple):
    """One request: the method of the registry and its arguments."""

    name: str
    arguments: tuple[Any, ...] = ()


class State(NamedTuple):
    """Holds the registry's state; hashable, so that two ways to the same state are recognised."""

    versions: tuple[tuple[str, Tags], ...]
    alias: str | None = None
    model_tags: Tags = ()
    archived: Tags = ()
    """The tags of the registered model that holds what is old."""

    def tags(self, version: str) -> dict[str, str]:
        """Returns a version's tags; raises `NotFound`."""
        found = dict(self.versions).get(version)
        if found is None:
            raise ModelNotFound(version)
        return dict(found)

    def tagged(self, version: str, tags: dict[str, str]) -> "State":
        """Returns the same state with these tags on a version."""
        changed = dict(self.versions) | {version: tuple(sorted(tags.items()))}
        return self._replace(versions=tuple(sorted(changed.items())))


def apply(state: State, request: Request) -> tuple[State, Any]:
    """Returns the state after a request, and its answer, which may be an exception to raise."""
    try:
        return _HANDLERS[request.name](state, *request.arguments)
    except NotFound as error:
        return state, error


def _registered(state: State) -> tuple[State, Registered]:
    aliases = [] if state.alias is None else [{"alias": ALIAS, "version": state.alias}]
    return state, Registered.model_validate({"aliases": aliases, "tags": dict(state.model_tags)})


def _version_of(state: State, version: str) -> Version:
    return Version(version=version, tags=state.tags(version))


def _versions(state: State) -> tuple[State, tuple[list[Version], list[Any]]]:
    return state, ([_version_of(state, version) for version, _tags in state.versions], [])


def _version(state: State, version: str) -> tuple[State, Version]:
    return state, _version_of(state, version)


def _point_at(state: State, version: str) -> tuple[State, None]:
    state.tags(version)
    return state._replace(alias=version), None


def _tag_version(state: State, version: str, key: str, value: str) -> tuple[State, None]:
    return state.tagged(version, state.tags(version) | {key: value}), None


def _untag_version(state: State, version: str, key: str) -> tuple[State, None]:
    return state.tagged(version, {k: v for k, v in state.tags(version).items() if k != key}), None


def _tag_model(state: State, key: str, value: str) -> tuple[State, None]:
    return state._replace(model_tags=tuple(sorted((dict(state.model_tags) | {key: value}).items()))), None


def _untag_model(state: State, key: str) -> tuple[State, None]:
    return state._replace(model_tags=tuple(tag for tag in state.model_tags if tag[0] != key)), None


def _archive_tag(state: State, key: str, value: str) -> tuple[State, None]:
    return state._replace(archived=tuple(sorted((dict(state.archived) | {key: value}).items()))), None


def _delete_version(state: State, version: str) -> tuple[State, None]:
    state.tags(version)
    left = tuple((known, tags) for known, tags in state.versions if known != version)
    return state._replace(versions=left, alias=None if state.alias == version else state.alias), None


def _file(state: State, version: str, path: str, most_bytes: int) -> tuple[State, bytes]:
    state.tags(version)
    raise NotFoundThere(Text(f"There is no file {path}."))


_HANDLERS: dict[str, Any] = {
    "registered": _registered,
    "versions": _versions,
    "version": _version,
    "point_at": _point_at,
    "tag_version": _tag_version,
    "untag_version": _untag_version,
    "tag_model": _tag_model,
    "untag_model": _untag_model,
    "archive_tag": _archive_tag,
    "delete_version": _delete_version,
    "file": _file,
}


class Suspended(BaseException):
    """Signals that the actor waits for the answer to `request`. No `Exception`, so that no handler of the store
    catches it."""

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        self.request = request


class ReplayedRegistry:
    """Gives an actor the answers it got so far, and suspends it at the first request that has none yet."""

    def __init__(self, answers: tuple[Any, ...]) -> None:
        self._answers = list(answers)

    def __getattr__(self, name: str) -> Any:
        if name not in _HANDLERS:
            raise AttributeError(name)

        def ask(*arguments: Any) -> Any:
            if not self._answers:
                raise Suspended(Request(name, arguments))
            answer = self._answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        return ask
