"""The last lines of a run's console output, from a file of the run with a log's name."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from domain.artifacts.console import FOLDERS, console_logs
from domain.artifacts.listing import ArtifactEntry
from services.artifacts.run_artifacts import RunArtifacts

LINES: Final = 15
_MAX_FOLDERS: Final = 3


class LogTail(NamedTuple):
    """The last lines, and the file that they are from."""

    lines: list[str]
    path: str


def log_tail(artifacts: RunArtifacts, run_id: str) -> LogTail | None:
    """Returns the last lines of the likeliest log; None where no file has a log's name. Raises as `RunArtifacts`."""
    found = next(_logs(artifacts, run_id), None)
    if found is None:
        return None
    return LogTail(artifacts.lines(run_id, found.path, before=None, after=None, most=LINES).lines, found.path)


def _logs(artifacts: RunArtifacts, run_id: str) -> Iterator[ArtifactEntry]:
    """Yields logs in the run's root folder first, then in folders with a log's name."""
    entries = artifacts.list_folder(run_id, "")
    yield from console_logs(entries)
    folders = [one for one in entries if one.is_dir and FOLDERS.fullmatch(one.name)]
    for folder in folders[:_MAX_FOLDERS]:
        yield from console_logs(artifacts.list_folder(run_id, folder.path))
