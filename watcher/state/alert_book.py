"""Turns events and conditions into alerts, each once, and keeps which receivers have got a message about them."""

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final

from domain.alerts.alert import Alert, Due, Mute, Subject, alert_id
from domain.alerts.kinds import AlertKind
from domain.alerts.rules import AlertRules
from domain.message_data import MessageData
from domain.messages import Message, Reason
from watcher.clock import now_ms
from watcher.state.conditions import Condition, HoldTimes
from watcher.state.known_alerts import AlertIndex
from watcher.state.outbox import Outbox
from watcher.state.recovery import service_is_back
from watcher.state.retention import expired, horizon_ms

_NOTE_SECONDS: Final = 30.0
_NOTE: Final = "held"
_MINUTE_MS: Final = 60_000
# The training script and the scheduler both set a run's end; ends this close together are the same one.
_SAME_END_MS: Final = 5 * _MINUTE_MS
_log = logging.getLogger(__name__)


class AlertBook:
    """The alerts of one watcher, safe for all its threads; each is on disk before a message about it is sent."""

    def __init__(self, rules: AlertRules, outbox: Outbox, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._rules = rules
        self._outbox = outbox
        self._alerts = AlertIndex(outbox)
        self._held = HoldTimes(now_ms, monotonic)
        self._held.take(outbox.note(_NOTE))
        self._noted = time.monotonic()
        self._lock = threading.RLock()
        self.mutes: tuple[Mute, ...] = ()
        self.live_runs: frozenset[str] | None = None
        """The ids of runs that run or wait; None before they have been read from MLflow."""

    def all(self) -> list[Alert]:
        """Returns every alert."""
        with self._lock:
            return list(self._alerts)

    def get(self, alert_id: str) -> Alert | None:
        """Returns the alert with this id; None where it is unknown."""
        return self._alerts.get(alert_id)

    @property
    def unrecorded(self) -> list[str]:
        """The ids of alerts that MLflow does not have in their present state."""
        with self._lock:
            return self._alerts.unrecorded

    def mark_recorded(self, alert: Alert) -> None:
        """Notes that MLflow has this state of an alert; no effect where the alert has changed since."""
        with self._lock:
            self._alerts.mark_recorded(alert)

    def adopt(self, kept: Iterable[Alert]) -> None:
        """Merges the alerts that MLflow has, so that what another watcher has sent is not sent again."""
        with self._lock:
            for other in kept:
                self._alerts.adopt(other)
            self._drop_unknown_receivers()

    def happened(self, kind: AlertKind, subject: Subject, text: Message, at_ms: int | None = None) -> None:
        """Records an event, unless it is known already, or so old that it may have been sent and forgotten."""
        key = f"{kind.value} {subject.key}"
        with self._lock:
            at = now_ms() if at_ms is None else at_ms
            if alert_id(key) in self._alerts or at <= horizon_ms(self._alerts, now_ms()):
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
            self._alerts.save(alert if alert.is_muted else self._with_due(alert, float("inf")))
            _log.info("An event was recorded", extra={"alert": alert.id, "kind": kind.value, "subject": subject.name})

    def is_known(self, kind: AlertKind, subject_key: str) -> bool:
        """Returns whether this event has been recorded."""
        return alert_id(f"{kind.value} {subject_key}") in self._alerts

    def has_ended(self, kind: AlertKind, run_id: str, at_ms: int) -> bool:
        """Returns whether an alert of this kind has been recorded for this run within five minutes of `at_ms`."""
        with self._lock:
            return any(
                one.kind is kind and one.subject.run_id == run_id and abs(one.since_ms - at_ms) <= _SAME_END_MS
                for one in self._alerts
            )

    def held_seconds(self, key: str) -> float:
        """Returns for how many seconds a condition has held so far; 0 where it does not hold."""
        with self._lock:
            return self._held.seconds(key)

    def hold(
        self,
        kinds: Collection[AlertKind],
        conditions: Sequence[Condition],
        is_unknown: Callable[[Subject], bool] = lambda _subject: False,
    ) -> None:
        """Records which conditions of `kinds` hold now, and ends the alerts of those kinds that are not among them.

        `is_unknown` returns True for a subject that could not be read this time: its alert goes on.
        """
        with self._lock:
            holding = {condition.key for condition in conditions}
            for condition in conditions:
                self._hold(condition)
            for alert in self._alerts:
                is_over = alert.kind in kinds and f"{alert.kind.value} {alert.subject.key}" not in holding
                if alert.holds and is_over and not is_unknown(alert.subject):
                    self._end(alert)
            of_kinds = tuple(f"{kind.value} " for kind in kinds)
            self._held.forget(lambda key: key in holding or not key.startswith(of_kinds))
            self._note()

    def waiting(self, receiver: str) -> list[tuple[Alert, Due]]:
        """Returns the alerts, and their messages, that a receiver has not got yet, the oldest first."""
        with self._lock:
            due = [alert for alert in self._alerts if receiver in alert.due]
            found = [(one, one.due[receiver]) for one in due if not self._is_muted(one.kind, one.subject)]
        return sorted(found, key=lambda pair: (pair[0].since_ms, pair[0].id))

    def delivered(self, receiver: str, ids: Iterable[str]) -> None:
        """Records that a receiver has taken a message about these alerts."""
        with self._lock:
            self._alerts.save_delivered([self._alerts[one].with_delivery(receiver, now_ms()) for one in ids])

    def failed(self, receiver: str, ids: Iterable[str], cause: Reason) -> None:
        """Records that a message about these alerts could not be delivered."""
        with self._lock:
            for one in ids:
                self._alerts.save(self._alerts[one].with_failure(receiver, cause))

    def last_deliveries(self) -> Mapping[tuple[str, str], int]:
        """Returns when each receiver last got a message by each rule, in Unix ms, by rule and receiver, where known."""
        found: dict[tuple[str, str], int] = {}
        for alert in self.all():
            for rule in self._rules.rules:
                if rule.applies_to(alert.kind, alert.subject):
                    for receiver, at in alert.told.items():
                        found[rule.name, receiver] = max(at, found.get((rule.name, receiver), 0))
        return found

    def prune(self) -> list[str]:
        """Removes delivered alerts that have ended, are old, and exceed the number that is kept; returns their ids."""
        with self._lock:
            if self.live_runs is None:
                return []
            ids = expired(self._alerts, self.live_runs, now_ms())
            for one in ids:
                self._alerts.forget(one)
            return ids

    def _drop_unknown_receivers(self) -> None:
        """Drops the messages to receivers that the rules file no longer has."""
        for alert in self._alerts:
            due = {name: one for name, one in alert.due.items() if self._rules.receiver(name) is not None}
            if len(due) < len(alert.due):
                self._alerts.save(alert.model_copy(update={"due": due}))

    def _hold(self, condition: Condition) -> None:
        held, since = self._held.see(condition)
        alert = self._alerts.open_of(condition.kind, condition.subject.key)
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
            self._alerts.save(now)

    def _end(self, alert: Alert) -> None:
        ended = alert.model_copy(update={"until_ms": max(now_ms(), alert.since_ms)})
        self._alerts.save(ended)
        if alert.kind is AlertKind.SERVICE_DOWN and (alert.told or alert.due):
            subject = alert.subject.model_copy(update={"key": f"{alert.subject.key} {alert.id}"})
            self.happened(AlertKind.SERVICE_BACK, subject, service_is_back(ended))

    def _with_due(self, alert: Alert, held_seconds: float) -> Alert:
        return alert.with_due(self._rules.due(alert, held_seconds))

    def _is_muted(self, kind: AlertKind, subject: Subject) -> bool:
        return any(mute.silences(kind, subject, now_ms()) for mute in self.mutes)

    def _note(self) -> None:
        if time.monotonic() - self._noted >= _NOTE_SECONDS:
            self._noted = time.monotonic()
            self._outbox.take_note(_NOTE, self._held.as_note())
