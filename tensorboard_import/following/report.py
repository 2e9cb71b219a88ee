"""The messages of an import, on the terminal or in the log."""

import logging
import time
from collections.abc import Sequence
from typing import Final

from tensorboard_import.following.folder_import import FolderImport

_EACH_SECONDS: Final = 5.0
_MAX_NAMED: Final = 5
_log = logging.getLogger("tensorboard_import")


class Report:
    """Reports each problem once, and progress every few seconds while there is any."""

    def __init__(self) -> None:
        self._began = self._reported = time.monotonic()
        self._points = 0
        self._problems: set[str] = set()

    def report_problems(self, problems: Sequence[str]) -> None:
        """Reports new problems."""
        for problem in problems:
            if problem not in self._problems:
                self._problems.add(problem)
                _log.warning(problem)

    def report_progress(self, imports: Sequence[FolderImport]) -> None:
        """Reports the progress, if there was any."""
        now = time.monotonic()
        if now - self._reported < _EACH_SECONDS:
            return
        points = sum(one.points for one in imports)
        if points != self._points:
            waiting = sum(one.backlog for one in imports)
            speed = (points - self._points) / (now - self._reported)
            _log.info(
                f"{points:,} points of {_folders(imports)} ({speed:,.0f} a second); {waiting / 1e6:,.1f} MB are left"
            )
        self._reported, self._points = now, points

    def report_end(self, imports: Sequence[FolderImport], failures: Sequence[str]) -> None:
        """Reports the result."""
        for one in imports:
            self.report_problems(one.problems)
            if one.left_alone:
                self.report_problems([f"{one.found.path} is left alone: {one.left_alone}"])
        points = sum(one.points for one in imports)
        seconds = time.monotonic() - self._began
        _log.info(f"{points:,} new points of {_folders(imports)} in {seconds:,.1f} s")
        for failure in failures:
            _log.error(f"Not imported: {failure}")

    def report_running(self, imports: Sequence[FolderImport], silent_seconds: float) -> None:
        """Reports which runs keep the status "running", since their files were written shortly before the end."""
        running = [str(one.found.path) for one in imports if one.is_running]
        if running:
            named = ", ".join(running[:_MAX_NAMED]) + (", …" if len(running) > _MAX_NAMED else "")
            _log.info(
                f"{_folders(running)} may still grow, written less than {silent_seconds:,.0f} s ago, so MLflow has the "
                f"runs as running; import again later, or with --watch, to have them end: {named}"
            )


def _folders(imports: Sequence[object]) -> str:
    return f"{len(imports):,} folder{'' if len(imports) == 1 else 's'}"
