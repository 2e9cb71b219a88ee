"""An alert about an event or condition, with the receivers that were notified: as stored and as shown on a page."""

import hashlib
from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from domain.alerts.kinds import AlertKind
from domain.alerts.patterns import fits
from domain.message_data import MessageData, MessageField
from domain.messages import Reason

MAX_CHARACTERS: Final = 5_000
"""Limit of a tag's value in every version of MLflow."""
_LONGEST: Final = 300
_MAX_RECEIVERS: Final = 50

# The end of the year 9999: Python has no later date.
_LATEST_MS: Final = 253_402_300_799_999

Moment = Annotated[int, Field(ge=0, le=_LATEST_MS)]
Name = Annotated[str, Field(max_length=_LONGEST)]
ReceiverName = Annotated[str, Field(max_length=60)]


class Subject(BaseModel):
    """What an alert is about: a run, a GPU, a service; `key` identifies the same thing over time.

    `experiment` and `host` locate it; `page` is the path on Clew that shows it.
    """

    model_config = ConfigDict(frozen=True)

    key: Annotated[str, Field(max_length=500)]
    name: Name
    experiment: Name | None = None
    host: Name | None = None
    run_id: Annotated[str, Field(max_length=64)] | None = None
    page: Annotated[str, Field(max_length=1000, pattern=r"^/([^/\\]|$)")] = "/alerts"


class Due(BaseModel):
    """A message that is not sent yet: the rule that sends it, the number of attempts, and why they failed."""

    model_config = ConfigDict(frozen=True)

    rule: Name
    tries: int = Field(0, ge=0)
    cause: MessageField | None = None


class Alert(BaseModel):
    """One event or condition that the team is notified of; moments in Unix ms.

    `until_ms` is None while the condition holds; `since_ms` is the moment of an event without duration. `told` maps
    each notified receiver to the moment, `due` holds the messages still to be sent. `is_muted` if a mute suppresses it.
    """

    model_config = ConfigDict(frozen=True)

    id: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    kind: AlertKind
    subject: Subject
    text: MessageField
    since_ms: Moment
    until_ms: Moment | None = None
    told: Annotated[dict[ReceiverName, Moment], Field(max_length=_MAX_RECEIVERS)] = {}
    due: Annotated[dict[ReceiverName, Due], Field(max_length=_MAX_RECEIVERS)] = {}
    is_muted: bool = False

    @property
    def holds(self) -> bool:
        """Whether the condition still holds."""
        return self.until_ms is None

    def with_due(self, rules: Mapping[str, str]) -> "Alert":
        """Returns a copy with a message to send to each new receiver; `rules` has the name of the rule by receiver."""
        new = {name: Due(rule=rule) for name, rule in rules.items() if name not in self.told and name not in self.due}
        return self.model_copy(update={"due": {**self.due, **new}}) if new else self

    def with_failure(self, receiver: str, cause: Reason) -> "Alert":
        """Returns a copy that records one more failed try to send the message to `receiver`."""
        was = self.due[receiver]
        now = Due(rule=was.rule, tries=was.tries + 1, cause=MessageData.of(cause))
        return self.model_copy(update={"due": {**self.due, receiver: now}})

    def with_delivery(self, receiver: str, at_ms: int) -> "Alert":
        """Returns a copy that records the delivery of a message to `receiver`."""
        due = {name: one for name, one in self.due.items() if name != receiver}
        return self.model_copy(update={"due": due, "told": {**self.told, receiver: at_ms}})

    def merged(self, other: "Alert") -> "Alert":
        """Returns one alert that combines the records of two watchers: all deliveries of both, and ended if either saw
        the end.
        """
        told = {**self.told, **other.told}
        due = {name: one for name, one in {**other.due, **self.due}.items() if name not in told}
        until = self.until_ms if self.until_ms is not None else other.until_ms
        return self.model_copy(update={"told": told, "due": due, "until_ms": until})

    @property
    def as_tag(self) -> str:
        """The JSON stored in MLflow; where it is too long, without causes or without the messages still to be sent."""
        without = {name: one.model_copy(update={"cause": None}) for name, one in self.due.items()}
        for due in (self.due, without, {}):
            text = self.model_copy(update={"due": due}).model_dump_json(exclude_defaults=True)
            if len(text) <= MAX_CHARACTERS:
                break
        return text


class Mute(BaseModel):
    """Alerts that are not sent before `until_ms`, with author and reason; empty lists match anything."""

    model_config = ConfigDict(frozen=True)

    id: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    kinds: list[AlertKind] = []
    pattern: Name = ""
    until_ms: Moment
    by: Name | None = None
    why: Annotated[str, Field(max_length=500)] = ""

    def silences(self, kind: AlertKind, subject: Subject, now_ms: int) -> bool:
        """Returns whether this mute is in force and matches the alert."""
        if now_ms >= self.until_ms or (self.kinds and kind not in self.kinds):
            return False
        return not self.pattern or any(
            fits(self.pattern, text) for text in (subject.name, subject.experiment, subject.host) if text
        )


def alert_id(key: str) -> str:
    """Returns the alert id of a key: the same in each watcher and after a restart."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]
