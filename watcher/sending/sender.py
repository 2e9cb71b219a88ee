"""A thread for each receiver, which sends its pending alerts until they arrive."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

from domain.alerts.alert import Alert
from domain.alerts.rules import AlertRules, Receiver
from watcher.clock import now_ms
from watcher.sending.delivery import Deliver
from watcher.sending.markup import literal
from watcher.sending.texts import message_of
from watcher.state.alert_book import AlertBook

ONE_BY_ONE: Final = 3
"""Up to so many alerts are sent as separate messages; more are combined into one."""
_LOOK_SECONDS: Final = 1.0
_FIRST_PAUSE, _LONGEST_PAUSE = 5.0, 600.0
log = logging.getLogger(__name__)
Picture = Callable[[Alert], bytes | None]


class Sender:
    """Sends one receiver's alerts; after failures it waits longer each time."""

    def __init__(
        self,
        receiver: Receiver,
        rules: AlertRules,
        book: AlertBook,
        deliver: Deliver,
        picture: Picture,
        clew_url: str,
        may_send: Callable[[], bool],
    ) -> None:
        self._receiver = receiver
        self._rules = rules
        self._book = book
        self._deliver = deliver
        self._picture = picture
        self._clew_url = clew_url
        self._may_send = may_send
        self._last = {rule: at for (rule, name), at in book.last_deliveries().items() if name == receiver.name}
        self._failures = 0
        self._retry_at = 0.0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"to-{receiver.name}", daemon=True)

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def stop(self, ends: float) -> bool:
        """Ends after the current message; returns whether it ended by then, a moment of `time.monotonic`."""
        self._stopping.set()
        self._thread.join(max(0.0, ends - time.monotonic()))
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.wait(_LOOK_SECONDS):
            try:
                self._send_what_is_due()
            except Exception:
                log.exception("Sending broke off", extra={"receiver": self._receiver.name})
                self._pause()

    def _send_what_is_due(self) -> None:
        while time.monotonic() >= self._retry_at and self._may_send() and not self._stopping.is_set():
            ready = self._ready()
            if not ready:
                return
            self._send(self._together(ready))

    def _ready(self) -> list[Alert]:
        return [alert for alert, due in self._book.waiting(self._receiver.name) if self._may(due.rule)]

    def _together(self, ready: list[Alert]) -> list[Alert]:
        """Returns the alerts of the next message: all if they are many.

        Else one, or all of a rule with a minimal interval.
        """
        if len(ready) > ONE_BY_ONE:
            return ready
        name = ready[0].due[self._receiver.name].rule
        rule = self._rules.rule(name)
        if rule is None or not rule.every_seconds:
            return ready[:1]
        return [alert for alert in ready if alert.due[self._receiver.name].rule == name]

    def _may(self, rule_name: str) -> bool:
        """Returns whether the rule is neither in quiet hours nor within its minimal interval.

        True for a deleted rule.
        """
        rule = self._rules.rule(rule_name)
        if rule is None:
            return True
        if rule.quiet is not None and rule.quiet.is_quiet(datetime.now(UTC)):
            return False
        since = now_ms() - self._last.get(rule_name, 0)
        return not 0 <= since < rule.every_seconds * 1000  # a clock that was set back must not delay messages

    def _send(self, alerts: Sequence[Alert]) -> None:
        url, language = self._receiver.url, self._receiver.language
        message = message_of(alerts, language, self._clew_url, literal(url))
        if len(alerts) == 1:
            message = message._replace(picture=self._picture(alerts[0]))
        rules = {alert.due[self._receiver.name].rule for alert in alerts}
        cause = self._deliver(url, message)
        ids = [alert.id for alert in alerts]
        if cause is None:
            self._book.delivered(self._receiver.name, ids)
            self._failures = 0
            self._last |= dict.fromkeys(rules, now_ms())
            log.info("Message sent", extra={"receiver": self._receiver.name, "alerts": ids})
            return
        self._book.failed(self._receiver.name, ids, cause)
        log.warning("Message not sent yet", extra={"receiver": self._receiver.name, "alerts": ids, "cause": str(cause)})
        self._pause()

    def _pause(self) -> None:
        self._retry_at = time.monotonic() + min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**self._failures)
        self._failures = min(self._failures + 1, 10)
