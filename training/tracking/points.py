"""Numbers of a run, and the file that buffers those that MLflow does not have yet."""

import logging
import math
import os
import threading
from io import FileIO
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson

MAX_BYTES: Final = 256 * 2**20
"""Some four million numbers; if MLflow is unreachable for longer, further numbers are lost."""
MAX_REFUSED_BYTES: Final = 64 * 2**20
"""The limit in memory for what the disk does not accept."""
_PIECE: Final = 2**18

log = logging.getLogger(__name__)


class Point(NamedTuple):
    """One value of a metric; the time is Unix ms."""

    key: str
    value: float
    timestamp_ms: int
    step: int

    @property
    def as_metric(self) -> dict[str, Any]:
        """The point in MLflow's API format: NaN and infinity are sent as text."""
        value = self.value if math.isfinite(self.value) else _spelled(self.value)
        return {"key": self.key, "value": value, "timestamp": self.timestamp_ms, "step": self.step}


class Journal:
    """Points in order of arrival, in a file: an unreachable MLflow costs no memory, and a crash loses no number.

    It is thread-safe. A line cut off by a crash is dropped; complete ones are sent later. What the disk does not
    accept is buffered in memory, so that a reachable MLflow still gets all of it.
    """

    def __init__(self, file: Path, most_bytes: int = MAX_BYTES) -> None:
        self.dropped = 0
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._file = file.open("a+b", buffering=0)
        self._size = _whole_lines(self._file)
        self._file.truncate(self._size)
        self._begins = 0
        self._waiting = bytearray()
        """What follows the content of the file."""
        self._is_refused = False

    def append(self, point: Point) -> None:
        """Adds a point; counts it in `dropped` if there is no room for it."""
        value = point.value if math.isfinite(point.value) else _spelled(point.value)
        line = orjson.dumps([point.key, value, point.timestamp_ms, point.step]) + b"\n"
        with self._lock:
            most = MAX_REFUSED_BYTES if self._is_refused else self._most_bytes - self._size
            if len(self._waiting) + len(line) > most:
                self.dropped += 1
                return
            self._waiting += line
            if len(self._waiting) > _PIECE and not self._is_refused:
                self._write()

    def save(self) -> None:
        """Flushes everything to the operating system, so that it survives the end of this process."""
        with self._lock:
            self._write()

    def first(self, most: int) -> tuple[list[Point], int]:
        """Returns the oldest unsent points, and their size in bytes; both empty if there are none."""
        with self._lock:
            self._write()
            content = os.pread(self._file.fileno(), min(_PIECE, self._size - self._begins), self._begins)
            if self._begins + len(content) == self._size:
                content += self._waiting[: _PIECE - len(content)]
        whole = [line for line in content.splitlines(keepends=True)[:most] if line.endswith(b"\n")]
        return [_point(line) for line in whole], sum(map(len, whole))

    def done(self, size: int) -> None:
        """Removes the oldest `size` bytes; the file is emptied once all of its content is sent."""
        with self._lock:
            in_file = min(size, self._size - self._begins)
            self._begins += in_file
            del self._waiting[: size - in_file]
            if self._begins >= self._size:
                self._file.truncate(0)
                self._begins = self._size = 0

    @property
    def is_empty(self) -> bool:
        """Whether everything has been sent."""
        with self._lock:
            return self._begins >= self._size and not self._waiting

    def close(self) -> None:
        """Closes the file, which keeps unsent points."""
        with self._lock:
            self._write()
            self._file.close()

    def _write(self) -> None:
        """Writes the buffer to the file, as many complete lines as the disk accepts."""
        if not self._waiting:
            return
        try:
            written = self._file.write(self._waiting) or 0
            whole = self._waiting.rfind(b"\n", 0, written) + 1
            self._size += whole
            if whole < written:
                self._file.truncate(self._size)
            self._is_refused = whole < len(self._waiting)
            del self._waiting[:whole]
        except OSError as error:
            if not self._is_refused:
                more = {"cause": error.strerror}
                log.warning("The disk is not writable; metrics wait in memory for MLflow", extra=more)
            self._is_refused = True


def _point(line: bytes) -> Point:
    key, value, timestamp_ms, step = orjson.loads(line)
    return Point(key, float(value), timestamp_ms, step)


def _spelled(value: float) -> str:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _whole_lines(file: FileIO) -> int:
    """Returns the size of a file up to the end of its last complete line."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 4096))
    tail = file.read()
    return size - len(tail) + tail.rfind(b"\n") + 1 if b"\n" in tail else 0
