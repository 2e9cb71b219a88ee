"""Where alerts lie: tags of one registered model, and on its only version what each round of the watcher reads.

Marked as a prompt, which is what MLflow calls versioned texts: so it is not among the models in its lists, and its
version needs no file. No experiment's tags: those come with each list of the experiments.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple

from pydantic import BaseModel, Field, ValidationError

from domain.alerts.alert import Alert, Moment, Mute
from domain.errors import BadInput, Conflict, NotFound
from mlflow_api.client import MlflowApi
from mlflow_api.registry.registry import met_another
from mlflow_api.registry.versions import Registered, tags_of
from mlflow_api.schemas import validated

HOLDER: Final = "clew-alerts"
ALERT_TAG: Final = "clew.alert."
MUTE_TAG: Final = "clew.mute."
LEASE_TAG: Final = "clew.lease"
BEGAN_TAG: Final = "clew.began"
HINT_TAG: Final = "clew.changed"
WATCHER_TAG: Final = "clew.watcher."
_VERSION: Final = "1"
_PROMPT: Final = "mlflow.prompt.is_prompt"
_TEXT: Final = "mlflow.prompt.text"
_ABOUT: Final = "What Clew's watcher told the team, and what it is to be silent about. Delete it, and it begins anew."


class Lease(BaseModel):
    """Which watcher works: `beat` changes with each renewal, `read_ms` is up to when it has read what ended.

    `at_ms` is when it said so, by its own clock, in Unix ms.
    """

    watcher: str = Field(max_length=64)
    host: str = Field("", max_length=300)
    beat: int = 0
    read_ms: int = 0
    at_ms: Moment | None = None


class Control(NamedTuple):
    """What each round reads: who works, since when alerts are told, what is muted, and a hint that models changed."""

    lease: Lease | None = None
    began_ms: int | None = None
    mutes: tuple[Mute, ...] = ()
    hint: str = ""
    watchers: frozenset[str] = frozenset()

    @classmethod
    def of(cls, tags: Mapping[str, str]) -> "Control":
        """Reads the tags; those of another hand that make no sense are passed over."""
        lease = None
        with suppress(ValidationError):
            lease = Lease.model_validate_json(tags[LEASE_TAG]) if LEASE_TAG in tags else None
        mutes = []
        for key in sorted(key for key in tags if key.startswith(MUTE_TAG)):
            with suppress(ValidationError):
                mute = Mute.model_validate_json(tags[key])
                mutes += [mute] if key == MUTE_TAG + mute.id else []  # another could not be ended
        began = tags.get(BEGAN_TAG, "")
        watchers = frozenset(key.removeprefix(WATCHER_TAG) for key in tags if key.startswith(WATCHER_TAG))
        return cls(lease, int(began) if began.isdecimal() else None, tuple(mutes), tags.get(HINT_TAG, ""), watchers)


class _Model(BaseModel):
    registered_model: Registered


class _Versions(BaseModel):
    model_versions: list[Any] = []


class AlertHolder:
    """The calls; each raises a `ServiceError`, or what MLflow refuses."""

    def __init__(self, mlflow: MlflowApi) -> None:
        self._mlflow = mlflow

    @property
    def address(self) -> str:
        """The server."""
        return self._mlflow.service.url

    def control(self) -> Control:
        """Returns what each round reads."""
        answer = self._mlflow.get_api("model-versions/search", {"filter": control_filter(), "max_results": 1})
        return Control.of(tags_of_versions(validated(_Versions, answer).model_versions))

    def alerts(self) -> list[Alert]:
        """Returns all that are kept; one that cannot be read is passed over."""
        try:
            answer = self._mlflow.get_api("registered-models/get", {"name": HOLDER})
        except NotFound:
            return []
        tags = validated(_Model, answer).registered_model.tags
        found = []
        for key, value in tags.items():
            if key.startswith(ALERT_TAG):
                with suppress(ValidationError):
                    found.append(Alert.model_validate_json(value))
        return found

    def keep(self, alert: Alert) -> None:
        """Writes an alert, as a whole."""
        self._set("registered-models/set-tag", {"name": HOLDER, "key": ALERT_TAG + alert.id, "value": alert.as_tag})

    def drop(self, alert_id: str) -> None:
        """Removes an alert; nothing happens where there is none."""
        with suppress(NotFound):
            self._mlflow.delete("registered-models/delete-tag", {"name": HOLDER, "key": ALERT_TAG + alert_id})

    def set_control(self, key: str, value: str, within_seconds: float = 10.0) -> None:
        """Sets a tag that each round reads."""
        body = {"name": HOLDER, "version": _VERSION, "key": key, "value": value}
        self._set("model-versions/set-tag", body, within_seconds)

    def hint(self, value: str) -> None:
        """Has the watcher look at the registry and the trash soon; nothing happens where there never was a watcher."""
        with suppress(NotFound, BadInput):
            body = {"name": HOLDER, "version": _VERSION, "key": HINT_TAG, "value": value}
            self._mlflow.within(3.0).post("model-versions/set-tag", body, writes=True)

    def drop_control(self, key: str) -> None:
        """Removes such a tag; nothing happens where there is none."""
        with suppress(NotFound):
            self._mlflow.delete("model-versions/delete-tag", {"name": HOLDER, "version": _VERSION, "key": key})

    def _set(self, path: str, body: dict[str, Any], within_seconds: float = 10.0) -> None:
        try:
            self._posted(path, body, within_seconds)
        except (NotFound, BadInput):  # no such version is a bad argument to some
            self._make()
            self._posted(path, body, within_seconds)

    def _posted(self, path: str, body: dict[str, Any], within_seconds: float) -> None:
        mlflow = self._mlflow.within(within_seconds)
        try:
            mlflow.post(path, body, writes=True)
        except BadInput as error:
            if not met_another(error):
                raise
            mlflow.post(path, body, writes=True)

    def _make(self) -> None:
        body = {"name": HOLDER, "description": _ABOUT, "tags": [{"key": _PROMPT, "value": "true"}]}
        with suppress(BadInput, Conflict):  # another was faster; what else it may be, the next write is told
            self._mlflow.post("registered-models/create", body, writes=True)
        if not self._mlflow.get_api("model-versions/search", {"filter": control_filter(), "max_results": 1}).get(
            "model_versions"
        ):
            tags = [{"key": _PROMPT, "value": "true"}, {"key": _TEXT, "value": _ABOUT}]
            body = {"name": HOLDER, "source": "prompt-template", "tags": tags}
            with suppress(BadInput, Conflict):
                self._mlflow.post("model-versions/create", body, writes=True)


def control_filter() -> str:
    """Returns MLflow's filter for the version whose tags each round reads."""
    return f"name='{HOLDER}' and version_number={_VERSION} and tags.`{_PROMPT}`='true'"


def tags_of_versions(versions: Sequence[Any]) -> dict[str, str]:
    """Returns the tags of the only version of an answer; none where there is none."""
    found = versions[0] if versions else {}
    tags = tags_of(found.get("tags") or []) if isinstance(found, Mapping) else {}
    return tags if isinstance(tags, dict) else {}
