"""Numbers of a run, and the file in which those wait that MLflow has not got yet."""

import math
import os
import threading
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

import orjson

MOST_BYTES: Final = 256 * 2**20
"""Some four million numbers; an MLflow that is away for longer costs those that come then."""


class Point(NamedTuple):
    """One value of a metric; the time is Unix ms."""

    key: str
    value: float
    timestamp_ms: int
    step: int

    @property
    def as_metric(self) -> dict[str, Any]:
        """As MLflow's API takes it: what is no finite number travels as text."""
        value = self.value if math.isfinite(self.value) else _spelled(self.value)
        return {"key": self.key, "value": value, "timestamp": self.timestamp_ms, "step": self.step}


class Journal:
    """Points in the order in which they came, in a file: an MLflow that is away costs no memory, a crash no number.

    Several threads may use it. What a crash cut off is dropped, and what it left waits still.
    """

    def __init__(self, file: Path, most_bytes: int = MOST_BYTES) -> None:
        self.dropped = 0
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._file: BinaryIO = file.open("a+b")
        self._size = _whole_lines(self._file)
        self._file.truncate(self._size)
        self._begins = 0

    def append(self, point: Point) -> None:
        """Keeps a point; counts it in `dropped` where the file is full."""
        value = point.value if math.isfinite(point.value) else _spelled(point.value)
        line = orjson.dumps([point.key, value, point.timestamp_ms, point.step]) + b"\n"
        with self._lock:
            if self._size + len(line) > self._most_bytes:
                self.dropped += 1
                return
            self._file.write(line)
            self._size += len(line)

    def save(self) -> None:
        """Hands everything to the system, so that the end of this process does not matter to it."""
        with self._lock:
            self._file.flush()

    def first(self, most: int) -> tuple[list[Point], int]:
        """The oldest points that wait, and how many bytes they take; both empty where none wait."""
        with self._lock:
            self._file.seek(self._begins)  # flushes, too
            lines = [line for _ in range(most) if (line := self._file.readline())]
            self._file.seek(0, os.SEEK_END)
        return [_point(line) for line in lines], sum(map(len, lines))

    def done(self, size: int) -> None:
        """Forgets the oldest `size` bytes; the file is emptied once all are done."""
        with self._lock:
            self._begins += size
            if self._begins >= self._size:
                self._file.truncate(0)
                self._begins = self._size = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits."""
        with self._lock:
            return self._begins >= self._size

    def close(self) -> None:
        """Closes the file, which keeps what still waits."""
        with self._lock:
            self._file.close()


def _point(line: bytes) -> Point:
    key, value, timestamp_ms, step = orjson.loads(line)
    return Point(key, float(value), timestamp_ms, step)


def _spelled(value: float) -> str:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _whole_lines(file: BinaryIO) -> int:
    """How many bytes of a file end with a whole line."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 4096))
    tail = file.read()
    return size - len(tail) + tail.rfind(b"\n") + 1 if b"\n" in tail else 0
