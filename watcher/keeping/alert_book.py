"""All alerts: what happens becomes one, once; who is to be told of it, was told, or could not be."""

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final

from domain.alerts.alert import Alert, Due, Mute, Subject, alert_id
from domain.alerts.kinds import AlertKind
from domain.alerts.rules import AlertRules
from domain.errors.alerts.events import ServiceIsBack
from domain.message_data import MessageData
from domain.messages import Message, Reason
from watcher.keeping.conditions import Condition, HoldTimes
from watcher.keeping.outbox import Outbox
from watcher.keeping.retention import horizon_ms, outlived

_NOTE_SECONDS: Final = 30.0
_NOTE: Final = "held"
_MINUTE_MS: Final = 60_000
# Who trained ends a run, and so does who ran the training: that is one end.
_SAME_END_MS: Final = 5 * _MINUTE_MS
_log = logging.getLogger(__name__)


def now_ms() -> int:
    """Returns the time in Unix ms."""
    return time.time_ns() // 1_000_000


class AlertBook:
    """The alerts of one watcher, for all its threads; what is to be told lies on disk before anybody sends it."""

    def __init__(self, rules: AlertRules, outbox: Outbox, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._rules = rules
        self._outbox = outbox
        self._alerts = {alert.id: alert for alert in outbox.load()}
        self._held = HoldTimes(now_ms, monotonic)
        self._held.take(outbox.note(_NOTE))
        self._noted = time.monotonic()
        self._lock = threading.RLock()
        self.mutes: tuple[Mute, ...] = ()
        self.live_runs: frozenset[str] | None = None
        """Runs that run or wait, by id; None as long as nobody knows."""
        self._unrecorded: set[str] = set(self._alerts)

    def all(self) -> list[Alert]:
        """Returns every alert."""
        with self._lock:
            return list(self._alerts.values())

    def get(self, alert_id: str) -> Alert | None:
        """Returns one alert."""
        return self._alerts.get(alert_id)

    @property
    def unrecorded(self) -> list[str]:
        """Those that MLflow does not have as they are."""
        with self._lock:
            return sorted(self._unrecorded)

    def is_recorded(self, alert: Alert) -> None:
        """Notes that MLflow has an alert as it was; as it is, if nothing came between."""
        with self._lock:
            if self._alerts.get(alert.id, alert) == alert:
                self._unrecorded.discard(alert.id)

    def adopt(self, kept: Iterable[Alert]) -> None:
        """Takes in what MLflow has: what another watcher told is told."""
        with self._lock:
            for other in kept:
                own = self._alerts.get(other.id)
                merged = other if own is None else own.merged(other)
                if merged != own:
                    self._save(merged)
                if merged == other:
                    self._unrecorded.discard(other.id)
            self._drop_unknown_receivers()

    def happened(self, kind: AlertKind, subject: Subject, text: Message, at_ms: int | None = None) -> None:
        """Records an event; nothing where it is known already, or was so long ago that it may be."""
        key = f"{kind.value} {subject.key}"
        with self._lock:
            at = now_ms() if at_ms is None else at_ms
            if alert_id(key) in self._alerts or at <= horizon_ms(self._alerts.values(), now_ms()):
                return
            alert = Alert(
                id=alert_id(key),
                kind=kind,
                subject=subject,
                text=MessageData.of(text),
                since_ms=at,
                until_ms=at,
                is_muted=self._is_muted(kind, subject),
            )
            self._save(alert if alert.is_muted else self._with_due(alert, float("inf")))
            _log.info("Something happened", extra={"alert": alert.id, "kind": kind.value, "subject": subject.name})

    def is_known(self, kind: AlertKind, subject_key: str) -> bool:
        """Returns whether that happened already."""
        return alert_id(f"{kind.value} {subject_key}") in self._alerts

    def has_ended(self, kind: AlertKind, run_id: str, at_ms: int) -> bool:
        """Returns whether an end of this run about then is known, of this kind."""
        with self._lock:
            return any(
                one.kind is kind and one.subject.run_id == run_id and abs(one.since_ms - at_ms) <= _SAME_END_MS
                for one in self._alerts.values()
            )

    def held_seconds(self, key: str) -> float:
        """Returns for how long a condition has held so far; 0 where it does not."""
        with self._lock:
            return self._held.seconds(key)

    def hold(
        self,
        kinds: Collection[AlertKind],
        conditions: Sequence[Condition],
        is_unknown: Callable[[Subject], bool] = lambda _subject: False,
    ) -> None:
        """Records which conditions of these kinds hold now; others of them are over, unless that is unknown."""
        with self._lock:
            there = {condition.key for condition in conditions}
            for condition in conditions:
                self._hold(condition)
            for alert in list(self._alerts.values()):
                is_over = alert.kind in kinds and f"{alert.kind.value} {alert.subject.key}" not in there
                if alert.holds and is_over and not is_unknown(alert.subject):
                    self._end(alert)
            of_kinds = tuple(f"{kind.value} " for kind in kinds)
            self._held.forget(lambda key: key in there or not key.startswith(of_kinds))
            self._note()

    def waiting(self, receiver: str) -> list[tuple[Alert, Due]]:
        """Returns what a receiver is still to be told, the oldest first."""
        with self._lock:
            due = [alert for alert in self._alerts.values() if receiver in alert.due]
            found = [(one, one.due[receiver]) for one in due if not self._is_muted(one.kind, one.subject)]
        return sorted(found, key=lambda pair: (pair[0].since_ms, pair[0].id))

    def delivered(self, receiver: str, ids: Iterable[str]) -> None:
        """Records that a receiver has taken a message about these."""
        with self._lock:
            alerts = [self._alerts[one].with_delivery(receiver, now_ms()) for one in ids]
            # In memory first: a disk that is full does not have them told again and again.
            self._alerts |= {one.id: one for one in alerts}
            self._unrecorded |= {one.id for one in alerts}
            for one in alerts:
                self._save(one)

    def failed(self, receiver: str, ids: Iterable[str], cause: Reason) -> None:
        """Records that a message about these did not arrive."""
        with self._lock:
            for one in ids:
                alert = self._alerts[one]
                was = alert.due[receiver]
                now = Due(rule=was.rule, tries=was.tries + 1, cause=MessageData.of(cause))
                self._save(alert.model_copy(update={"due": {**alert.due, receiver: now}}))

    def last_deliveries(self) -> Mapping[tuple[str, str], int]:
        """Returns when each receiver was last sent a message by each rule, in Unix ms, as far as that is known."""
        found: dict[tuple[str, str], int] = {}
        for alert in self.all():
            for rule in self._rules.rules:
                if rule.names_it(alert.kind, alert.subject):
                    for receiver, at in alert.told.items():
                        found[rule.name, receiver] = max(at, found.get((rule.name, receiver), 0))
        return found

    def prune(self) -> list[str]:
        """Forgets what is over, told, old and beyond those that are kept; returns their ids."""
        with self._lock:
            if self.live_runs is None:
                return []
            gone = outlived(self._alerts.values(), self.live_runs, now_ms())
            for one in gone:
                del self._alerts[one]
                self._outbox.forget(one)
                self._unrecorded.discard(one)
            return gone

    def _drop_unknown_receivers(self) -> None:
        """Drops receivers that are not in the file any more."""
        for alert in list(self._alerts.values()):
            due = {name: one for name, one in alert.due.items() if self._rules.receiver(name) is not None}
            if len(due) < len(alert.due):
                self._save(alert.model_copy(update={"due": due}))

    def _hold(self, condition: Condition) -> None:
        held, since = self._held.see(condition)
        alert = self._open(condition)
        if alert is None:
            after = condition.after_seconds
            if held < (self._rules.soonest(condition.kind, condition.subject) if after is None else after):
                return
            alert = Alert(
                id=alert_id(f"{condition.key} {since}"),
                kind=condition.kind,
                subject=condition.subject,
                text=MessageData.of(condition.text),
                since_ms=since,
            )
            _log.info("Something holds", extra={"alert": alert.id, "kind": alert.kind.value, "of": alert.subject.name})
        muted = self._is_muted(alert.kind, alert.subject)
        alert = alert.model_copy(update={"is_muted": muted})
        due = float("inf") if condition.after_seconds is not None else held
        now = alert if muted else self._with_due(alert, due)
        if now != self._alerts.get(now.id):
            self._save(now)

    def _open(self, condition: Condition) -> Alert | None:
        return next(
            (
                one
                for one in self._alerts.values()
                if one.holds and one.kind is condition.kind and one.subject.key == condition.subject.key
            ),
            None,
        )

    def _end(self, alert: Alert) -> None:
        ended = alert.model_copy(update={"until_ms": max(now_ms(), alert.since_ms)})
        self._save(ended)
        if alert.kind is AlertKind.SERVICE_DOWN and (alert.told or alert.due):
            minutes = max(1, round(((ended.until_ms or 0) - alert.since_ms) / _MINUTE_MS))
            key = f"{alert.subject.key} {alert.id}"
            subject = alert.subject.model_copy(update={"key": key})
            name = alert.text.params.get("name", alert.subject.name)
            self.happened(AlertKind.SERVICE_BACK, subject, ServiceIsBack(_name(name), minutes))

    def _with_due(self, alert: Alert, held_seconds: float) -> Alert:
        due = {
            receiver: Due(rule=rule)
            for receiver, rule in self._rules.due(alert, held_seconds).items()
            if receiver not in alert.told and receiver not in alert.due
        }
        return alert.model_copy(update={"due": {**alert.due, **due}}) if due else alert

    def _is_muted(self, kind: AlertKind, subject: Subject) -> bool:
        return any(mute.silences(kind, subject, now_ms()) for mute in self.mutes)

    def _save(self, alert: Alert) -> None:
        """Saves on disk first: what is not there was never to be sent."""
        self._outbox.save(alert)
        self._alerts[alert.id] = alert
        self._unrecorded.add(alert.id)

    def _note(self) -> None:
        if time.monotonic() - self._noted >= _NOTE_SECONDS:
            self._noted = time.monotonic()
            self._outbox.take_note(_NOTE, self._held.as_note())


def _name(value: object) -> Reason | str:
    return value if isinstance(value, str) else MessageData.model_validate(value)
