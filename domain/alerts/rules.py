"""Rules for alerts: which receivers get which kinds, after how long, when not, and how often at most."""

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
    """A receiver of messages; `url` is an Apprise URL, a secret."""

    model_config = ConfigDict(frozen=True)

    name: ReceiverName
    url: str = Field(repr=False)
    language: Language = SOURCE_LANGUAGE


class QuietHours(NamedTuple):
    """Daily hours during which a rule sends nothing, in a time zone; over midnight where `begin` is after `end`."""

    begin: time
    end: time
    zone: str

    def is_quiet(self, now: datetime) -> bool:
        """Returns whether `now` is within these hours."""
        at = now.astimezone(ZoneInfo(self.zone)).time()
        return self.begin <= at < self.end if self.begin <= self.end else at >= self.begin or at < self.end


class Rule(BaseModel):
    """One rule; empty lists of kinds and patterns match anything.

    `after_seconds` is how long a condition must hold; None: the default of its kind. Messages of this rule to one
    receiver are at least `every_seconds` apart: what happens meanwhile is collected in the next one.
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

    def applies_to(self, kind: AlertKind, subject: Subject) -> bool:
        """Returns whether the rule matches this kind and subject."""
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
    """The content of `ALERTS_FILE`."""

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
        """Returns after how many seconds a condition becomes an alert.

        The shortest time of the rules that match it, else the default of its kind.
        """
        found = [rule.after(kind) for rule in self.rules if rule.applies_to(kind, subject)]
        return min(found, default=HOLDS_SECONDS.get(kind, 0.0))

    def due(self, alert: Alert, held_seconds: float) -> dict[str, str]:
        """Returns the receivers to notify by now, each with the first rule that matches it and the alert."""
        found: dict[str, str] = {}
        for rule in self.rules:
            if rule.applies_to(alert.kind, alert.subject) and held_seconds >= rule.after(alert.kind):
                found = {receiver: rule.name for receiver in rule.to} | found
        return found

    @property
    def secrets(self) -> frozenset[str]:
        """The receivers' addresses and the parts of them that may give access, as written and URL-decoded.

        Host names are left out, and short words unless they are passwords.
        """
        parts = {part for one in self.receivers for part in _PARTS.split(one.url) if len(part) >= _SHORTEST}
        hosts = {part for part in parts if _HOST.fullmatch(part)}
        meant = {unquote(part) for part in parts - hosts}
        urls = {one.url for one in self.receivers}
        return frozenset(urls | parts - hosts | meant) | secrets_in(urls)
