"""The last lines that a run's program wrote, from the file of the run that is called like a log."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from domain.artifacts.console import FOLDERS, console_logs
from domain.artifacts.listing import ArtifactEntry
from services.artifacts.run_artifacts import RunArtifacts

LINES: Final = 15
_MOST_FOLDERS: Final = 3


class LastWords(NamedTuple):
    """Lines, and the file that has them all."""

    lines: list[str]
    path: str


def last_words(artifacts: RunArtifacts, run_id: str) -> LastWords | None:
    """Returns None where no file is called like a log; raises as `RunArtifacts`."""
    found = next(_logs(artifacts, run_id), None)
    if found is None:
        return None
    return LastWords(artifacts.lines(run_id, found.path, before=None, after=None, most=LINES).lines, found.path)


def _logs(artifacts: RunArtifacts, run_id: str) -> Iterator[ArtifactEntry]:
    """Yields logs in the run's own folder first, then in folders of such a name."""
    entries = artifacts.listed(run_id, "")
    yield from console_logs(entries)
    folders = [one for one in entries if one.is_dir and FOLDERS.fullmatch(one.name)]
    for folder in folders[:_MOST_FOLDERS]:
        yield from console_logs(artifacts.listed(run_id, folder.path))
