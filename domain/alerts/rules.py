"""Who is told of what, where, after how long, when not, and how often at most."""

import re
from datetime import datetime, time
from typing import Annotated, Final, NamedTuple
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from domain.alerts.alert import Alert, ReceiverName, Subject
from domain.alerts.kinds import HOLDS_SECONDS, AlertKind
from domain.alerts.patterns import fits_any
from domain.languages import SOURCE_LANGUAGE, Language
from domain.secrets import secrets_in

ALL_RECEIVERS: Final = "*"
_PARTS: Final = re.compile(r"[/:@?&=#,]+")
_HOST: Final = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}|localhost|[0-9.]+", re.IGNORECASE)
_SHORTEST: Final = 8


class Receiver(BaseModel):
    """Where messages go: `url` is Apprise's, a secret."""

    model_config = ConfigDict(frozen=True)

    name: ReceiverName
    url: str = Field(repr=False)
    language: Language = SOURCE_LANGUAGE


class QuietHours(NamedTuple):
    """From when to when a rule waits, each day, in this zone; over midnight where `begin` is after `end`."""

    begin: time
    end: time
    zone: str

    def is_quiet(self, now: datetime) -> bool:
        """Returns whether it waits at this moment."""
        at = now.astimezone(ZoneInfo(self.zone)).time()
        return self.begin <= at < self.end if self.begin <= self.end else at >= self.begin or at < self.end


class Rule(BaseModel):
    """One rule; empty lists of kinds and patterns are anything.

    `after_seconds` is how long a thing must hold, None as its kind says. Between two messages by it to one receiver
    lie at least `every_seconds`: what happens meanwhile comes together in the next.
    """

    model_config = ConfigDict(frozen=True)

    name: Annotated[str, Field(max_length=100)]
    what: list[AlertKind] = []
    experiments: list[str] = []
    names: list[str] = []
    hosts: list[str] = []
    after_seconds: float | None = None
    to: list[ReceiverName] = []
    quiet: QuietHours | None = None
    every_seconds: float = 0.0

    def names_it(self, kind: AlertKind, subject: Subject) -> bool:
        """Returns whether it is about such a thing."""
        return (
            (not self.what or kind in self.what)
            and fits_any(self.experiments, subject.experiment)
            and fits_any(self.names, subject.name)
            and fits_any(self.hosts, subject.host)
        )

    def after(self, kind: AlertKind) -> float:
        """Returns for how many seconds a condition of this kind must hold."""
        return HOLDS_SECONDS.get(kind, 0.0) if self.after_seconds is None else self.after_seconds


class AlertRules(BaseModel):
    """All that `ALERTS_FILE` says."""

    model_config = ConfigDict(frozen=True)

    receivers: list[Receiver] = []
    rules: list[Rule] = []

    def receiver(self, name: str) -> Receiver | None:
        """Returns the receiver of this name."""
        return next((one for one in self.receivers if one.name == name), None)

    def rule(self, name: str) -> Rule | None:
        """Returns the rule of this name."""
        return next((one for one in self.rules if one.name == name), None)

    def soonest(self, kind: AlertKind, subject: Subject) -> float:
        """Returns after how many seconds a condition is an alert.

        By the first rule that sends it, else by its kind's default.
        """
        found = [rule.after(kind) for rule in self.rules if rule.names_it(kind, subject)]
        return min(found, default=HOLDS_SECONDS.get(kind, 0.0))

    def due(self, alert: Alert, held_seconds: float) -> dict[str, str]:
        """Returns who is to be told of an alert by now, and by which rule: the first that names it and the receiver."""
        found: dict[str, str] = {}
        for rule in self.rules:
            if rule.names_it(alert.kind, alert.subject) and held_seconds >= rule.after(alert.kind):
                found = {receiver: rule.name for receiver in rule.to} | found
        return found

    @property
    def secrets(self) -> frozenset[str]:
        """The addresses of receivers, and those of their parts that may give access, as written and as meant.

        No host's name is one, and no short word but a password.
        """
        parts = {part for one in self.receivers for part in _PARTS.split(one.url) if len(part) >= _SHORTEST}
        hosts = {part for part in parts if _HOST.fullmatch(part)}
        meant = {unquote(part) for part in parts - hosts}
        urls = {one.url for one in self.receivers}
        return frozenset(urls | parts - hosts | meant) | secrets_in(urls)
