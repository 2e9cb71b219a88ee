"""Sends trainings to their viewers: first everything, then changes, at most once a second."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from concurrency.rounds import PeriodicTask
from domain.errors import ClewError
from domain.trainings.training import TrainingMessage
from scheduler.live.progress_book import ProgressBook
from scheduler.queue.entries import Entries
from scheduler.queue.entry import Entry
from sockets.broadcast import Broadcast
from sockets.connections import Connection

_TICK_SECONDS: Final = 1.0
_HEARTBEAT_SECONDS: Final = 2.0
_LOGGED_SECONDS: Final = 2.0
_log = logging.getLogger(__name__)


class _Stream:
    """The viewers of one training, and the last message to them."""

    def __init__(self) -> None:
        self.broadcast = Broadcast()
        self.text = ""
        self.sent_at = 0.0


class Viewers:
    """Serves viewers; `message_of` makes the message about a training, once for all of its viewers."""

    def __init__(self, entries: Entries, book: ProgressBook, message_of: Callable[[Entry], TrainingMessage]) -> None:
        self._entries = entries
        self._book = book
        self._message_of = message_of
        self._lock = threading.Lock()
        self._streams: dict[str, _Stream] = {}
        self._rounds = [
            PeriodicTask("news", _TICK_SECONDS, self._send),
            PeriodicTask("logged-progress", _LOGGED_SECONDS, self._read_due),
        ]

    def start(self) -> None:
        """Starts sending."""
        for rounds in self._rounds:
            rounds.start()

    def stop(self) -> None:
        """Ends within some seconds."""
        for rounds in self._rounds:
            rounds.stop()

    def serve(self, connection: Connection, run_id: str) -> None:
        """Serves a viewer until the connection ends."""
        entry = self._entries.get(run_id)
        with self._lock:
            stream = self._streams.setdefault(run_id, _Stream())
            stream.sent_at = time.monotonic()
        self._book.watch(entry)
        stream.broadcast.serve(connection, lambda: self._text(entry))

    def _text(self, entry: Entry) -> str:
        return self._message_of(entry).model_dump_json()

    def _send(self) -> None:
        for run_id, stream in self._watched():
            self._send_one(run_id, stream)

    def _watched(self) -> list[tuple[str, _Stream]]:
        """Returns the streams with viewers; one that has had none for some seconds is dropped."""
        old = time.monotonic() - 10 * _HEARTBEAT_SECONDS
        with self._lock:
            self._streams = {
                run: stream for run, stream in self._streams.items() if len(stream.broadcast) or stream.sent_at > old
            }
            return [(run, stream) for run, stream in self._streams.items() if len(stream.broadcast)]

    def _send_one(self, run_id: str, stream: _Stream) -> None:
        entry = self._entries.find(run_id)
        if entry is None:
            return
        self._book.watch(entry)
        text, now = self._text(entry), time.monotonic()
        if text != stream.text or now - stream.sent_at > _HEARTBEAT_SECONDS - _TICK_SECONDS / 2:
            stream.broadcast.publish(text)
            stream.text, stream.sent_at = text, now

    def _read_due(self) -> None:
        for source in self._book.due(self._entries.find):
            try:
                source.read()
            except ClewError as error:
                _log.debug("MLflow does not tell how a training gets on", extra={"cause": str(error)})
