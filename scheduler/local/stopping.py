"""Stops a program. For the keeper: standard library only."""

import signal
import time
from pathlib import Path
from typing import Any

from scheduler.local.keeper_files import stamp
from scheduler.local.processes import send


class ProgramStopper:
    """Stops a program by SIGINT, and kills it once it shows no sign of life any more."""

    def __init__(self, folder: Path, pid: int, spec: dict[str, Any]) -> None:
        self._folder, self._pid = folder, pid
        self._silence, self._most = float(spec["silent_seconds"]), float(spec["stop_seconds"])
        self._began = self._sign_at = self._terminated_at = 0.0
        self._signs: list[tuple[int, int] | None] = []
        self.has_killed = False

    def step(self, is_interrupted: bool) -> None:
        """Does what is due now; to be called several times a second."""
        now = time.monotonic()
        if not self._began:
            if is_interrupted or (self._folder / "stop").exists():
                self._began = self._sign_at = now
                self._signs = self._read_signs()
                send(self._pid, signal.SIGINT, whole_group=False)
            return
        if (signs := self._read_signs()) != self._signs:
            self._signs, self._sign_at = signs, now
        if now - self._began > self._most or (self._terminated_at and now - self._terminated_at > self._silence):
            self.has_killed = True
            send(self._pid, signal.SIGKILL)
        elif not self._terminated_at and now - self._sign_at > self._silence:
            self._terminated_at = now
            send(self._pid, signal.SIGTERM)

    def _read_signs(self) -> list[tuple[int, int] | None]:
        return [stamp(self._folder / name) for name in ("log.txt", "progress.jsonl", "alive")]
