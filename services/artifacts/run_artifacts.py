"""Reads runs' files for pages and the API: sorted folders, whole files, parts of them, lines."""

import re
import time
from collections.abc import Mapping
from typing import Final

from domain.artifacts.lines import TextPart, first_lines, last_lines
from domain.artifacts.listing import ArtifactEntry, Window
from domain.artifacts.paths import file_path, folder_path, is_path
from domain.artifacts.previews import FoundLines
from domain.artifacts.spans import Span
from domain.errors.artifacts.records import RangeOutside
from domain.errors.records import RunIdMalformed
from domain.patterns.linear import Compiled
from domain.tracking.compared import is_run_id
from mlflow_api.artifacts.files import MlflowArtifacts
from mlflow_api.artifacts.opened import OpenFile
from services.artifacts.text_search import search_backwards, search_forwards

PART_BYTES: Final = 2**16
SEARCHED_BYTES: Final = 2**22
"""Bytes searched at a time; a worker needs about ten times as much memory meanwhile."""
SEARCH_SECONDS: Final = 1.0
MAX_LINES: Final = 400
_NUMBER: Final = re.compile(r"\d+")


class RunArtifacts:
    """The files of every run of an MLflow; raises as `MlflowArtifacts`, and for invalid run ids and paths."""

    def __init__(self, mlflow: MlflowArtifacts) -> None:
        self._mlflow = mlflow

    def list_folder(self, run_id: str, folder: str) -> list[ArtifactEntry]:
        """Returns the content of a folder: folders first, numbers in names by value; invalid paths are left out."""
        found = self._mlflow.list_folder(_run(run_id), folder_path(folder))
        return sorted((one for one in found if is_path(one.path)), key=_order)

    def root_elsewhere(self, run_id: str) -> str | None:
        """Returns where a run keeps its files, for a message; None if the MLflow server serves them itself."""
        return self._mlflow.root_elsewhere(_run(run_id))

    def open(
        self, run_id: str, path: str, span: Span | None = None, conditions: Mapping[str, str] | None = None
    ) -> OpenFile:
        """Opens a file or a part of it as a stream, which the caller closes."""
        return self._mlflow.open(_run(run_id), file_path(path), span, conditions)

    def window(self, run_id: str, path: str, span: Span) -> Window:
        """Reads a part of a file at once; an empty one at and after its end."""
        try:
            opened = self.open(run_id, path, span)
        except RangeOutside as error:
            return Window(b"", error.size, error.size)
        content = opened.read()
        size = opened.begins + len(content) if opened.size is None else opened.size
        return Window(content, opened.begins, size, opened.etag)

    def lines(self, run_id: str, path: str, *, before: int | None, after: int | None, most: int) -> TextPart:
        """Returns the last lines before a byte, the first ones from a byte on, or the last of all."""
        if after is not None:
            window = self.window(run_id, path, Span(after).within(PART_BYTES))
            return first_lines(window.content, window.begins, window.size_bytes, most)
        if before == 0:
            return TextPart([], 0, 0, self.window(run_id, path, Span(0, 0)).size_bytes)
        span = Span(-PART_BYTES) if before is None else Span(max(0, before - PART_BYTES), before - 1)
        window = self.window(run_id, path, span)
        return last_lines(window.content, window.begins, window.size_bytes, most)

    def found(
        self, run_id: str, path: str, pattern: Compiled, *, before: int | None = None, after: int | None = None
    ) -> FoundLines:
        """Returns the last lines before a byte, or of all, that match the pattern; or the first ones from a byte on.

        It stops without matches after about `SEARCH_SECONDS`: the caller continues from `searched_to`.
        """
        ends = time.monotonic() + SEARCH_SECONDS
        while True:
            found = self._found_once(run_id, path, pattern, before, after)
            is_through = found.searched_to >= found.size if after is not None else found.searched_to <= 0
            if found.lines or is_through or time.monotonic() > ends or found.searched_to in (before, after):
                return found
            before, after = (None, found.searched_to) if after is not None else (found.searched_to, None)

    def _found_once(
        self, run_id: str, path: str, pattern: Compiled, before: int | None, after: int | None
    ) -> FoundLines:
        if after is not None:
            return search_forwards(self.window(run_id, path, Span(after).within(SEARCHED_BYTES)), pattern)
        span = Span(-SEARCHED_BYTES) if before is None else Span(max(0, before - SEARCHED_BYTES), max(0, before - 1))
        return search_backwards(self.window(run_id, path, span), pattern)


def _run(run_id: str) -> str:
    if not is_run_id(run_id):
        raise RunIdMalformed
    return run_id


def _order(entry: ArtifactEntry) -> tuple[bool, str]:
    """Returns a key for sorting, so that step_9 comes before step_10."""
    return not entry.is_dir, _NUMBER.sub(lambda number: number[0].rjust(18, "0"), entry.path.lower())
