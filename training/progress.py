"""The progress of a training, for the scheduler's file and for the log."""

import logging
import math
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from domain.trainings.training import TrainingProgress

PROGRESS_FILE: Final = "progress.jsonl"
ALIVE_FILE: Final = "alive"
MIN_INTERVAL_SECONDS: Final = 0.25
MAX_INTERVAL_SECONDS: Final = 5.0
RATE_SECONDS: Final = 30.0
_MEGABYTE: Final = 2**20

log = logging.getLogger(__name__)


class Progress(NamedTuple):
    """The current progress of a training."""

    finished: int
    episodes: int | None
    steps: int
    reward: float | None = None
    loss: float | None = None
    success_rate: float | None = None
    steps_asked: int | None = None

    @property
    def of_whole(self) -> tuple[int, int]:
        """The done episodes or steps, and the total."""
        if self.steps_asked is not None:
            return self.steps, self.steps_asked
        return self.finished, self.episodes or self.finished


class Rates:
    """Steps and episodes per second, over the last half minute."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, Progress]] = deque()

    def note(self, progress: Progress) -> None:
        """Adds a measurement."""
        now = time.monotonic()
        self._seen.append((now, progress))
        while now - self._seen[0][0] > RATE_SECONDS:
            self._seen.popleft()

    @property
    def steps_per_second(self) -> float | None:
        """None until it is known."""
        (began, first), (ended, last) = self._seen[0], self._seen[-1]
        return (last.steps - first.steps) / (ended - began) if ended > began else None

    @property
    def seconds_left(self) -> float | None:
        """The estimated remaining time; None until an episode, or a step, has ended."""
        (began, first), (ended, last) = self._seen[0], self._seen[-1]
        now, whole = last.of_whole
        done = now - first.of_whole[0]
        return max(0, whole - now) * (ended - began) / done if done else None


class ProgressFile:
    """Appends a line for the newest state, at most four a second, and fewer the longer the file is: some MB in days."""

    def __init__(self, folder: Path | None) -> None:
        self._file = folder / PROGRESS_FILE if folder is not None else None
        self._alive = folder / ALIVE_FILE if folder is not None else None
        self._size = self._file.stat().st_size if self._file is not None and self._file.exists() else 0
        self._is_refused = False
        self.rates = Rates()

    @property
    def pause_seconds(self) -> float:
        """The minimal time until the next line."""
        return min(MIN_INTERVAL_SECONDS * 2.0 ** (self._size // _MEGABYTE), MAX_INTERVAL_SECONDS)

    def write(self, progress: Progress) -> None:
        """Appends a line; on a full disk it is lost, and nothing else."""
        self.rates.note(progress)
        line = self._message(progress).model_dump_json() + "\n"
        self._append(line.encode())

    def alive(self) -> None:
        """Updates the time of the `alive` file while the training works but has no new progress."""
        if self._alive is not None:
            with self._log_write_failure():
                self._alive.touch()

    def _append(self, line: bytes) -> None:
        if self._file is None:
            return
        with self._log_write_failure():
            with self._file.open("ab") as file:
                file.write(line)
            self._size += len(line)

    @contextmanager
    def _log_write_failure(self) -> Iterator[None]:
        """Logs once that the disk takes nothing."""
        try:
            yield
        except OSError as error:
            if not self._is_refused:
                log.warning("The training cannot say how far it is", extra={"cause": str(error)})
            self._is_refused = True
        else:
            self._is_refused = False

    def _message(self, progress: Progress) -> TrainingProgress:
        return TrainingProgress(
            at_ms=time.time_ns() // 1_000_000,
            episode=progress.finished,
            episodes=progress.episodes,
            steps=progress.steps,
            steps_asked=progress.steps_asked,
            reward=_finite(progress.reward),
            loss=_finite(progress.loss),
            success_rate=progress.success_rate,
            steps_per_second=self.rates.steps_per_second,
            seconds_left=self.rates.seconds_left,
        )


def _finite(value: float | None) -> float | None:
    """Returns None for NaN, which JSON does not support."""
    return value if value is not None and math.isfinite(value) else None
