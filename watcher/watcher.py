"""Connects the parts of the watcher, and runs its rounds."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from domain.errors import ClewError
from mlflow_api.alerts.changed_runs import ChangedRunsApi
from mlflow_api.alerts.holder import AlertHolder, Control
from mlflow_api.client import MlflowApi
from watcher.clock import now_ms
from watcher.sending.delivery import Delivery
from watcher.sending.pictures import Pictures
from watcher.sending.sender import Sender
from watcher.settings import WatcherSettings
from watcher.sources import gpus, registry, services
from watcher.sources.peer_services import PeerServices
from watcher.sources.runs import RunSource
from watcher.state.alert_book import AlertBook
from watcher.state.lease import WatcherLease
from watcher.state.outbox import Outbox
from watcher.state.recorder import Recorder

# A watcher that only waits polls the lease less often.
_FOLLOW_TIMES: Final = 2.0
_RETRY_SECONDS: Final = 10.0
_RESTS: Final = 4.0
_LAST_SECONDS: Final = 3.0
_RECORD_SECONDS: Final = 1.0
log = logging.getLogger(__name__)


class Watcher:
    """The whole watcher of one process; `run` returns when `stop` is set."""

    def __init__(self, settings: WatcherSettings, watcher_id: str, stop: threading.Event) -> None:
        self._settings = settings
        self._stop = stop
        self._mlflow = MlflowApi.from_settings(settings)
        self._holder = AlertHolder(self._mlflow)
        self._outbox = Outbox(settings.watcher_folder)
        self._book = AlertBook(settings.rules, self._outbox)
        self._lease = WatcherLease(self._holder, watcher_id, settings.machine, self._pause)
        self._runs = RunSource(
            self._mlflow,
            ChangedRunsApi(self._mlflow, self._holder),
            settings.vocabulary,
            self._book,
            settings.watcher_round_seconds,
        )
        self._registry = registry.RegistrySource(self._mlflow, settings, self._book)
        self._recorder = Recorder(self._book, self._holder)
        self._senders = self._made_senders()
        self._sources = PeerServices(settings, self._book)
        self._hint: str | None = None
        self._is_ready = False
        self._registry_due = 0.0

    def run(self) -> None:
        """Waits for the lease, then works; waits again if another watcher took over."""
        threads = [
            threading.Thread(target=self._rounds, args=(name, seconds, work), name=name, daemon=True)
            for name, seconds, work in (
                ("gpus", gpus.ROUND_SECONDS, self._sources.gpu_round),
                ("services", services.ROUND_SECONDS, self._sources.service_round),
                ("record", _RECORD_SECONDS, self._record),
            )
        ]
        for thread in threads:
            thread.start()
        for sender in self._senders:
            sender.start()
        while not self._stop.is_set():
            self._stop.wait(self._step())
        ends = time.monotonic() + _LAST_SECONDS
        if all([sender.stop(ends) for sender in self._senders]):
            self._release()

    def _step(self) -> float:
        """Does one round with MLflow; returns the seconds until the next."""
        began = time.monotonic()
        try:
            pause = self._round() if self._lease.works and self._is_ready else self._try_to_work()
        except ClewError as error:
            log.warning("MLflow could not be read", extra={"cause": str(error)})
            self._note_mlflow(error)
            return _RETRY_SECONDS
        except Exception:
            log.exception("A round broke off")
            return _RETRY_SECONDS
        self._note_mlflow(None)
        return max(0.0, pause - (time.monotonic() - began))

    def _note_mlflow(self, error: ClewError | None) -> None:
        """Notes whether MLflow answers; a waiting watcher raises no alerts."""
        if self._lease.works:
            self._sources.mlflow_failed(error)

    def _try_to_work(self) -> float:
        self._is_ready = False
        self._sources.begin()
        if not self._lease.works and not self._lease.take():
            return _FOLLOW_TIMES * self._runs.seconds
        # Until all of this is read, old events would be sent again, and muted ones would be sent.
        self._take(self._holder.control())
        self._book.adopt(self._holder.alerts())
        self._runs.begin(self._outbox, self._lease.read_ms, self._lease.began_ms or now_ms())
        self._registry_due, self._hint = 0.0, None
        self._is_ready = True
        return 0.0

    def _round(self) -> float:
        began = time.monotonic()
        control = self._runs.round(self._outbox)
        took = time.monotonic() - began
        self._take(control)
        if self._lease.works:
            self._lease.renew_if_due(self._runs.read_ms)
            if control.hint != self._hint or time.monotonic() >= self._registry_due:
                self._registry.round(self._runs.experiments, self._lease.began_ms or now_ms(), self._outbox)
                self._hint, self._registry_due = control.hint, time.monotonic() + registry.ROUND_SECONDS
        return max(self._runs.seconds, _RESTS * took)  # a slow MLflow is polled less often

    def _take(self, control: Control) -> None:
        self._book.mutes = control.mutes
        self._lease.apply_control(control)

    def _record(self) -> None:
        if self._is_ready:
            self._recorder.record()

    def _rounds(self, name: str, seconds: float, work: Callable[[], None]) -> None:
        """Calls `work` every so many seconds while this watcher works; exceptions are logged."""
        pause = seconds
        while not self._stop.wait(pause):
            pause = seconds
            if self._lease.works and self._is_ready:
                try:
                    work()
                except ClewError as error:
                    log.info("A round broke off", extra={"rounds": name, "cause": str(error)})
                    pause = max(seconds, _RETRY_SECONDS)
                except Exception:
                    log.exception("A round broke off", extra={"rounds": name})

    def _release(self) -> None:
        """Writes all changes to MLflow and releases the lease, so that another watcher has the current state."""
        if self._lease.works and self._is_ready:
            try:
                self._recorder.flush()
            except ClewError as error:
                log.info("MLflow does not know all that was told", extra={"cause": str(error)})
        self._lease.give_up(self._runs.read_ms)

    def _pause(self, seconds: float) -> None:
        self._stop.wait(seconds)

    def _made_senders(self) -> list[Sender]:
        settings, delivery = self._settings, Delivery(self._settings.all_secrets)
        picture = Pictures(self._mlflow, self._runs.known, settings.vocabulary).of
        return [
            Sender(
                receiver,
                settings.rules,
                self._book,
                delivery.send,
                picture,
                settings.base_url,
                lambda: self._is_ready and self._lease.may_send,
            )
            for receiver in settings.rules.receivers
        ]
