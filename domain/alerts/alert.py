"""What happened or holds, and whom the team's watcher told of it: as it is kept, and as a page shows it."""

import hashlib
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from domain.alerts.kinds import AlertKind
from domain.alerts.patterns import fits
from domain.message_data import MessageField

MOST_CHARACTERS: Final = 5_000
"""Of a tag, whatever the version of MLflow."""
_LONGEST: Final = 300
_MOST_RECEIVERS: Final = 50

# The end of the year 9999: of a later moment there is no date.
_LATEST_MS: Final = 253_402_300_799_999

Moment = Annotated[int, Field(ge=0, le=_LATEST_MS)]
Name = Annotated[str, Field(max_length=_LONGEST)]
ReceiverName = Annotated[str, Field(max_length=60)]


class Subject(BaseModel):
    """What an alert is about: a run, a GPU, a service; `key` is the same for as long as it is the same thing.

    `experiment` and `host` say where; `page` is the address below Clew's own that shows it.
    """

    model_config = ConfigDict(frozen=True)

    key: Annotated[str, Field(max_length=500)]
    name: Name
    experiment: Name | None = None
    host: Name | None = None
    run_id: Annotated[str, Field(max_length=64)] | None = None
    page: Annotated[str, Field(max_length=1000, pattern=r"^/([^/\\]|$)")] = "/alerts"


class Due(BaseModel):
    """A message that is still to be sent: by which rule, how often that was tried, and why it has not arrived."""

    model_config = ConfigDict(frozen=True)

    rule: Name
    tries: int = Field(0, ge=0)
    cause: MessageField | None = None


class Alert(BaseModel):
    """One thing that the team is told of; moments in Unix ms.

    `until_ms` is None while it holds, and `since_ms` for what has no duration. `told` says when whom; `due` who is
    still to be told. `is_muted` where nobody is, since somebody muted it.
    """

    model_config = ConfigDict(frozen=True)

    id: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    kind: AlertKind
    subject: Subject
    text: MessageField
    since_ms: Moment
    until_ms: Moment | None = None
    told: Annotated[dict[ReceiverName, Moment], Field(max_length=_MOST_RECEIVERS)] = {}
    due: Annotated[dict[ReceiverName, Due], Field(max_length=_MOST_RECEIVERS)] = {}
    is_muted: bool = False

    @property
    def holds(self) -> bool:
        """Whether it is so now."""
        return self.until_ms is None

    def with_delivery(self, receiver: str, at_ms: int) -> "Alert":
        """Returns the same after a receiver has taken a message about it."""
        due = {name: one for name, one in self.due.items() if name != receiver}
        return self.model_copy(update={"due": due, "told": {**self.told, receiver: at_ms}})

    def merged(self, other: "Alert") -> "Alert":
        """Returns one alert as two watchers know it: what one of them told is told, and over is over."""
        told = {**self.told, **other.told}
        due = {name: one for name, one in {**other.due, **self.due}.items() if name not in told}
        until = self.until_ms if self.until_ms is not None else other.until_ms
        return self.model_copy(update={"told": told, "due": due, "until_ms": until})

    @property
    def as_tag(self) -> str:
        """As it is kept in MLflow; where that is too long, without what is still to be sent."""
        without = {name: one.model_copy(update={"cause": None}) for name, one in self.due.items()}
        for due in (self.due, without, {}):
            text = self.model_copy(update={"due": due}).model_dump_json(exclude_defaults=True)
            if len(text) <= MOST_CHARACTERS:
                break
        return text


class Mute(BaseModel):
    """What is not to be told until `until_ms`, who wants that, and why; empty lists are anything."""

    model_config = ConfigDict(frozen=True)

    id: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    kinds: list[AlertKind] = []
    pattern: Name = ""
    until_ms: Moment
    by: Name | None = None
    why: Annotated[str, Field(max_length=500)] = ""

    def silences(self, kind: AlertKind, subject: Subject, now_ms: int) -> bool:
        """Returns whether it is in force and names this."""
        if now_ms >= self.until_ms or (self.kinds and kind not in self.kinds):
            return False
        return not self.pattern or any(
            fits(self.pattern, text) for text in (subject.name, subject.experiment, subject.host) if text
        )


def alert_id(key: str) -> str:
    """Returns the id of what has this key: the same for each watcher, and after each restart."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]
