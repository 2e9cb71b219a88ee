"""One MLflow run as a training writes it: a background thread sends numbers at least every second."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from domain.errors import BadInput, ClewError, Conflict, NotFound, ServiceError
from training.tracking.artifacts import Artifacts
from training.tracking.points import Journal, Point
from training.tracking.server import Status, TrackingServer

BATCH: Final = 1000  # MLflow's own limit of metrics per request
FLUSH_SECONDS: Final = 1.0
RETRY_SECONDS: Final = 3.0
JOIN_SECONDS: Final = 0.5
JOURNAL: Final = "metrics.jsonl"

log = logging.getLogger(__name__)


def _do_nothing() -> None:
    """Does nothing: the default for callers that need no sign of life while waiting."""


class RunLog:
    """An existing run. Logged numbers wait in the folder's journal until MLflow has them.

    Steps that MLflow already has of a metric are skipped, so that a training that continues from a checkpoint repeats
    none.
    """

    def __init__(
        self,
        server: TrackingServer,
        run_id: str,
        folder: Path,
        params: Mapping[str, object],
        tags: Mapping[str, str],
    ) -> None:
        self.run_id = run_id
        self.artifacts = Artifacts(server, run_id)
        self._server = server
        self._facts: tuple[Mapping[str, object], Mapping[str, str]] | None = (params, tags)
        self._journal = Journal(folder / JOURNAL)
        self._newest: dict[str, int] = {}
        self._uploads: list[Callable[[], None]] = []
        self._refused: ClewError | None = None
        self._refusals = 0
        self._is_unavailable = False
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, name="mlflow", daemon=True)

    def start(self) -> None:
        """Starts the sending thread."""
        self._thread.start()

    def metric(self, key: str, value: float, step: int) -> None:
        """Queues one number, with the current time."""
        self._journal.append(Point(key, value, time.time_ns() // 1_000_000, step))

    def save(self) -> None:
        """Flushes logged numbers to disk; raises an error for which MLflow finally refused some."""
        self._journal.save()
        if self._refused is not None:
            raise self._refused

    def upload_soon(self, upload: Callable[[], None]) -> None:
        """Uploads once the numbers logged so far are sent; if several uploads are queued, only the newest.

        It must not raise.
        """
        self._uploads[:] = [upload]

    def stop_sending(self, waits: Callable[[], None] = _do_nothing) -> None:
        """Ends the thread after the current request; calls `waits` meanwhile."""
        self._over.set()
        while self._thread.is_alive():
            waits()
            self._thread.join(JOIN_SECONDS)

    def send_all(self, waits: Callable[[], None] = _do_nothing) -> None:
        """Sends everything queued, calling `waits` between requests; raises a ServiceError, or MLflow's refusal."""
        while self._send_some():
            waits()
        while self._uploads:
            self._uploads.pop()()

    def end(self, status: Status, waits: Callable[[], None] = _do_nothing) -> None:
        """Sends everything queued and ends the run; raises as `send_all`, and may be retried."""
        self.send_all(waits)
        self._server.end_run(self.run_id, status)

    def close(self) -> None:
        """Ends the thread; unsent numbers stay in the folder."""
        self.stop_sending()
        self._journal.close()

    def _send_some(self) -> bool:
        """Sends the next batch; returns whether there may be more."""
        if self._facts is not None:
            self._newest = self._server.run(self.run_id).newest_steps
            self._server.log_facts(self.run_id, *self._facts)
            self._facts = None
        points, size = self._journal.first(BATCH)
        self._send(_lacking(points, self._newest))
        self._journal.done(size)
        return bool(points)

    def _send(self, points: list[Point]) -> None:
        if points:
            self._server.log_points(self.run_id, points)
            self._newest |= {point.key: point.step for point in points}

    def _work(self) -> None:
        pause = 0.0
        while not self._over.wait(pause) and self._refused is None:
            pause = self._try()

    def _try(self) -> float:
        """Sends, and returns after how many seconds to do so again."""
        try:
            while self._send_some() and not self._over.is_set():
                pass
            while self._uploads and not self._over.is_set():
                self._uploads.pop()()
        except ServiceError as error:
            self._note_unavailable(error)
            return RETRY_SECONDS
        except (BadInput, NotFound, Conflict) as error:
            # MLflow answers 400 also if two writers collide; the status of a deleted run is found at the next
            # attempt.
            self._refusals += 1
            self._refused = error if self._refusals > 1 else None
            return FLUSH_SECONDS
        if self._is_unavailable:
            self._is_unavailable = False
            log.info("MLflow is back and has all numbers")
        self._refusals = 0
        return FLUSH_SECONDS

    def _note_unavailable(self, error: ServiceError) -> None:
        if not self._is_unavailable or self._journal.dropped:
            more = {"cause": str(error), "numbers_lost": self._journal.dropped}
            log.warning("MLflow is away; the training goes on and keeps its numbers", extra=more)
        self._is_unavailable = True


def _lacking(points: list[Point], newest: Mapping[str, int]) -> list[Point]:
    """Returns the points beyond the newest step of their metric.

    Points logged before a crash may be repeated from an earlier checkpoint.
    """
    known, found = dict(newest), []
    for point in points:
        if point.step > known.get(point.key, -1):
            known[point.key] = point.step
            found.append(point)
    return found
