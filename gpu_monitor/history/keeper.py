"""Writes the history in a thread of its own, so that a slow disk delays no sample."""

import atexit
import logging
import queue
import threading
from typing import Final

from domain.errors.fleet.history import ExamplesNotKept, HistoryNotKept
from domain.fleet.kept_history import HistoryQuery, KeptHistory
from domain.gpus import Troubled
from domain.message_data import coded
from gpu_monitor.history.answers import kept_history
from gpu_monitor.history.buckets import Bucket, Buckets
from gpu_monitor.history.history_file import HistoryFile
from gpu_monitor.readings import Reading
from gpu_monitor.settings import GpuMonitorSettings

_MAX_WAITING: Final = 30  # ten minutes of a disk that does not answer
_END_SECONDS: Final = 2.0
_log = logging.getLogger(__name__)


class HistoryRecorder:
    """Takes readings, and returns the stored history; stores nothing if the settings have 0 hours."""

    def __init__(self, settings: GpuMonitorSettings, boot_id: str | None) -> None:
        self._host = settings.host_name
        self._hours = settings.gpu_history_hours
        self._is_example = settings.gpu_demo
        self._file = HistoryFile(settings.history_file, self._hours)
        self._buckets = Buckets(settings.gpu_sample_seconds, boot_id)
        self._lock = threading.Lock()
        self._ended: queue.Queue[list[Bucket] | None] = queue.Queue(_MAX_WAITING)
        self._thread = threading.Thread(target=self._write, name="history", daemon=True)

    def start(self) -> None:
        """Starts the thread, if history is on; what has been collected is written when the process ends."""
        if self._hours:
            atexit.register(self._end)
            self._thread.start()

    def take(self, reading: Reading) -> None:
        """Queues a reading; returns at once."""
        if self._hours:
            with self._lock:
                ended = self._buckets.add(reading)
            if ended:
                self._put(ended)

    def history(self, query: HistoryQuery) -> KeptHistory:
        """Returns the history of a time range; raises `HistoryNotKept`, or a `BadInput` for an invalid range."""
        if not self._hours:
            raise HistoryNotKept
        history = kept_history(self._file, query, self._host, self._hours)
        if self._is_example and history.error is None:
            history = history.model_copy(update=Troubled(**coded(ExamplesNotKept(), "error")).model_dump())
        return history

    def _put(self, ended: list[Bucket] | None) -> None:
        try:
            self._ended.put_nowait(ended)
        except queue.Full:
            _log.error("The history has a gap: its file could not be written for minutes")

    def _end(self) -> None:
        with self._lock:
            self._put(self._buckets.end())
        self._put(None)
        self._thread.join(_END_SECONDS)

    def _write(self) -> None:
        self._file.open()
        while (ended := self._ended.get()) is not None:
            self._file.write(ended)
