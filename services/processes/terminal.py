"""The launcher's lines on the terminal, and what it reads from the logs of its children for them."""

import json
import os
from contextlib import suppress
from pathlib import Path

from services.processes.specs import BY_NAME


def print_line(sentence: str) -> None:
    """Prints a line to the terminal, if there still is one."""
    with suppress(OSError):  # the terminal may be closed, or the pipe's reader ended
        os.write(1, sentence.encode() + b"\n")


def titles(names: list[str]) -> str:
    """Returns the titles of these processes as a list in a sentence."""
    found = [BY_NAME[name].title.replace("The ", "the ") for name in names]
    return " and ".join(filter(None, [", ".join(found[:-1]), found[-1]]))


def last_log_error(log: Path) -> str:
    """Returns the end of a dead child's log: its last exception, else its last line; with the log's path."""
    lines = log.read_bytes()[-20_000:].decode(errors="replace").splitlines() if log.exists() else []
    traces = [trace for line in lines if (trace := _field(line, "stack_trace"))]
    lines_of_error = traces[-1].strip().splitlines() if traces else [line for line in lines if line.strip()]
    return f"{(lines_of_error or ['it said nothing'])[-1].strip()[:300]} (more in {log})"


class LogMessages:
    """Prints the messages that a child adds to its log of JSON lines from now on."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._shown_bytes = _size(log)

    def show(self) -> None:
        """Prints the messages since the last call."""
        if _size(self._log) < self._shown_bytes:  # rotated
            self._shown_bytes = 0
        if _size(self._log) > self._shown_bytes:
            with self._log.open("rb") as file:
                file.seek(self._shown_bytes)
                text = file.read()
            self._shown_bytes += len(text)
            for line in text.decode(errors="replace").splitlines():
                if message := _field(line, "message"):
                    print_line(message)


def _field(line: str, name: str) -> str | None:
    """Returns a field of a JSON log line; None if the line is not JSON or has no such field."""
    with suppress(ValueError, KeyError, TypeError):
        return str(json.loads(line)[name])
    return None


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0
