"""Stores alerts in MLflow as tags of one registered model; tags of its only version hold what each round of the
watcher reads.

It is marked as a prompt, MLflow's term for versioned texts: so it does not appear among the models, and its version
needs no file. Tags of an experiment would be sent with each list of the experiments.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple

from pydantic import BaseModel, Field, ValidationError

from domain.alerts.alert import Alert, Moment, Mute
from domain.errors import BadInput, Conflict, NotFound
from mlflow_api.client import MlflowApi
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
    """Which watcher works: `beat` changes with each renewal, `read_ms` is up to when it has read ended runs.

    `at_ms` is the time of the renewal by its own clock, in Unix ms.
    """

    watcher: str = Field(max_length=64)
    host: str = Field("", max_length=300)
    beat: int = 0
    read_ms: int = 0
    at_ms: Moment | None = None


class Control(NamedTuple):
    """What each round reads: the lease, since when alerts are reported, mutes, and a hint that models changed."""

    lease: Lease | None = None
    began_ms: int | None = None
    mutes: tuple[Mute, ...] = ()
    hint: str = ""
    watchers: frozenset[str] = frozenset()

    @classmethod
    def of(cls, tags: Mapping[str, str]) -> "Control":
        """Parses the tags; invalid ones, written by other programs, are skipped."""
        lease = None
        with suppress(ValidationError):
            lease = Lease.model_validate_json(tags[LEASE_TAG]) if LEASE_TAG in tags else None
        mutes = []
        for key in sorted(key for key in tags if key.startswith(MUTE_TAG)):
            with suppress(ValidationError):
                mute = Mute.model_validate_json(tags[key])
                mutes += [mute] if key == MUTE_TAG + mute.id else []  # one under another key could not be ended
        began = tags.get(BEGAN_TAG, "")
        watchers = frozenset(key.removeprefix(WATCHER_TAG) for key in tags if key.startswith(WATCHER_TAG))
        return cls(lease, int(began) if began.isdecimal() else None, tuple(mutes), tags.get(HINT_TAG, ""), watchers)


class _Model(BaseModel):
    registered_model: Registered


class _Versions(BaseModel):
    model_versions: list[Any] = []


class AlertHolder:
    """Reads and writes alerts; each call raises a `ServiceError`, or MLflow's refusal."""

    def __init__(self, mlflow: MlflowApi) -> None:
        self._mlflow = mlflow

    @property
    def address(self) -> str:
        """The server's address."""
        return self._mlflow.service.url

    def control(self) -> Control:
        """Returns the control data that each round reads."""
        answer = self._mlflow.get_api("model-versions/search", {"filter": control_filter(), "max_results": 1})
        return Control.of(tags_of_versions(validated(_Versions, answer).model_versions))

    def alerts(self) -> list[Alert]:
        """Returns all stored alerts; invalid ones are skipped."""
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
        """Writes a complete alert."""
        self._set("registered-models/set-tag", {"name": HOLDER, "key": ALERT_TAG + alert.id, "value": alert.as_tag})

    def drop(self, alert_id: str) -> None:
        """Deletes an alert, if it exists."""
        with suppress(NotFound):
            self._mlflow.delete("registered-models/delete-tag", {"name": HOLDER, "key": ALERT_TAG + alert_id})

    def set_control(self, key: str, value: str, within_seconds: float = 10.0) -> None:
        """Sets a tag that each round reads."""
        body = {"name": HOLDER, "version": _VERSION, "key": key, "value": value}
        self._set("model-versions/set-tag", body, within_seconds)

    def hint(self, value: str) -> None:
        """Asks the watcher to check the registry and the trash soon; does nothing if there never was a watcher."""
        with suppress(NotFound, BadInput):
            body = {"name": HOLDER, "version": _VERSION, "key": HINT_TAG, "value": value}
            self._mlflow.within(3.0).post("model-versions/set-tag", body, writes=True)

    def drop_control(self, key: str) -> None:
        """Removes such a tag, if it exists."""
        with suppress(NotFound):
            self._mlflow.delete("model-versions/delete-tag", {"name": HOLDER, "version": _VERSION, "key": key})

    def _set(self, path: str, body: dict[str, Any], within_seconds: float = 10.0) -> None:
        try:
            self._mlflow.within(within_seconds).write(path, body)
        except (NotFound, BadInput):  # some stores answer a missing version as a bad argument
            self._make()
            self._mlflow.within(within_seconds).write(path, body)

    def _make(self) -> None:
        body = {"name": HOLDER, "description": _ABOUT, "tags": [{"key": _PROMPT, "value": "true"}]}
        # Another process created it first; any other cause makes the next write fail.
        with suppress(BadInput, Conflict):
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
    """Returns the tags of the only version in an answer; empty without one."""
    found = versions[0] if versions else {}
    tags = tags_of(found.get("tags") or []) if isinstance(found, Mapping) else {}
    return tags if isinstance(tags, dict) else {}
