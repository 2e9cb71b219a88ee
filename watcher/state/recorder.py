"""Writes alerts into MLflow, where the dashboard shows them, and where the next watcher finds what was sent."""

import logging
import time
from typing import Final

from domain.errors import ClewError, ServiceError
from mlflow_api.alerts.holder import AlertHolder
from watcher.state.alert_book import AlertBook

# Changes within this time are combined into one write.
_COALESCED_SECONDS: Final = 2.0
# How long an alert is skipped that MLflow refused while it accepted others.
_REFUSED_SECONDS: Final = 600.0
_log = logging.getLogger(__name__)


class Recorder:
    """Writes changed alerts to MLflow; refused ones are tried again later."""

    def __init__(self, book: AlertBook, holder: AlertHolder) -> None:
        self._book = book
        self._holder = holder
        self._due = 0.0
        self._refused: dict[str, float] = {}

    def record(self) -> None:
        """Writes all changed alerts; raises a ServiceError."""
        if not self._book.unrecorded:
            return
        if self._due == 0.0:
            self._due = time.monotonic() + _COALESCED_SECONDS
        if time.monotonic() < self._due:
            return
        self._due = 0.0
        self.flush()
        for alert_id in self._book.prune():
            self._holder.drop(alert_id)

    def flush(self) -> None:
        """Writes all changed alerts at once, except those that MLflow refused lately; raises a ServiceError."""
        now, ids = time.monotonic(), self._book.unrecorded
        self._refused = {one: until for one, until in self._refused.items() if until > now and one in ids}
        for alert_id in ids:
            if alert_id not in self._refused:
                self._record(alert_id)

    def _record(self, alert_id: str) -> None:
        alert = self._book.get(alert_id)
        if alert is None:
            return
        try:
            self._holder.keep(alert)
        except ServiceError as error:
            _log.info("An alert is not in MLflow yet", extra={"alert": alert_id, "cause": str(error)})
            raise
        except ClewError as error:
            _log.warning("MLflow refuses an alert", extra={"alert": alert_id, "cause": str(error)})
            self._refused[alert_id] = time.monotonic() + _REFUSED_SECONDS
            return
        self._book.mark_recorded(alert)
