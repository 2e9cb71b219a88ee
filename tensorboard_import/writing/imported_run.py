"""A run in MLflow that belongs to a folder: its current content, and writes to it."""

import json
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

from domain.errors import BadInput, NotFound
from domain.errors.records import FilesElsewhere
from domain.tracking.runs import RunStatus
from mlflow_api.run_files import RunFiles
from mlflow_api.run_writes import RunWrites, StoredRun
from tensorboard_import.reading.events import Picture, Text
from tensorboard_import.writing import run_tags
from tensorboard_import.writing.batches import MAX_TAGS, Batch
from tensorboard_import.writing.media import picture_path, text_path
from tensorboard_import.writing.names import Names
from tensorboard_import.writing.patience import RetryingCalls
from tensorboard_import.writing.run_tags import FileProgress

_LONGEST_PARAM: Final = 6_000
_LONGEST_TAG: Final = 5_000
_log = logging.getLogger(__name__)


class ImportTarget:
    """The MLflow to write to, with its retries."""

    def __init__(self, runs: RunWrites, files: RunFiles, patience: RetryingCalls) -> None:
        self.runs = runs
        self.files = files
        self.patience = patience


class ImportedRun:
    """Writes to one run; each call waits while MLflow is unreachable, and is idempotent."""

    def __init__(self, server: ImportTarget, stored: StoredRun) -> None:
        self._server = server
        self.run_id = stored.run_id
        self.experiment_id = stored.experiment_id
        self.name = stored.name
        self.status = stored.status
        self.tags = stored.tags
        self.progress = run_tags.files_in(stored.tags)
        self.names = Names(stored.metrics, run_tags.changed_names(stored.tags))
        self.others: Counter[str] = Counter(_counts(stored.tags.get(run_tags.LEFT_OUT, "")))
        self._params = dict(stored.params)
        self._param_names = Names(stored.params)
        self._keeps_files = True

    def log(self, batch: Batch, file_id: str, progress: FileProgress) -> None:
        """Logs a batch, together with the file's progress."""
        tags = run_tags.file_tag(file_id, progress) | run_tags.name_tags(batch.names)
        self._log(batch.metrics, tags)
        self.progress[file_id] = progress

    def note_progress(self, file_id: str, progress: FileProgress) -> None:
        """Stores the progress of a file without further points, and counts of its other content."""
        self.tag(run_tags.file_tag(file_id, progress) | self._left_out())
        self.progress[file_id] = progress

    def add_params(self, params: Mapping[str, str]) -> None:
        """Adds missing parameters; the first value of each stays, as MLflow requires."""
        named = {self._param_names.name(name): _clean(value)[:_LONGEST_PARAM] for name, value in params.items()}
        new = {name: value for name, value in named.items() if name not in self._params}
        names = list(new)
        for begins in range(0, len(names), MAX_TAGS):
            some = {name: new[name] for name in names[begins : begins + MAX_TAGS]}
            self._call(partial(self._server.runs.log, self.run_id, [], params=some))
            self._params |= some

    def add_picture(self, picture: Picture, file_id: str) -> None:
        """Saves a picture among the run's files."""
        self._write(picture_path(picture, file_id), picture.content)

    def add_text(self, text: Text) -> None:
        """Saves a text among the run's files."""
        self._write(text_path(text), text.text.encode())

    def tag(self, tags: Mapping[str, str]) -> None:
        """Sets tags."""
        cut = {key: _clean(value)[:_LONGEST_TAG] for key, value in tags.items()}
        self._call(lambda: self._server.runs.tag(self.run_id, cut))
        self.tags = {**self.tags, **cut}

    def set_status(self, status: RunStatus, end_ms: int | None = None) -> None:
        """Sets the run's status."""
        if status != self.status:
            self._call(lambda: self._server.runs.set_status(self.run_id, status, end_ms))
            self.status = status

    def read_again(self) -> StoredRun:
        """Returns the run as it is in MLflow now."""
        return self._server.patience.call(lambda: self._server.runs.get(self.run_id))

    def _left_out(self) -> dict[str, str]:
        return {run_tags.LEFT_OUT: json.dumps(self.others)} if self.others else {}

    def _log(self, metrics: Sequence[Mapping[str, object]], tags: Mapping[str, str]) -> None:
        """Logs a batch; a refused one is split in halves, down to the refused point, which is dropped."""
        try:
            self._call(lambda: self._server.runs.log(self.run_id, metrics, tags=tags))
        except BadInput as error:
            if not metrics or self.read_again().is_deleted:
                raise
            if len(metrics) == 1:
                _log.warning(
                    "MLflow refuses a point: %s", error, extra={"run_id": self.run_id, "point": str(metrics[0])}
                )
                self.others["refused"] += 1
                self._call(lambda: self._server.runs.tag(self.run_id, tags))
                return
            half = len(metrics) // 2
            self._log(metrics[:half], {})
            self._log(metrics[half:], tags)

    def _write(self, path: str, content: bytes) -> None:
        if not self._keeps_files:
            return
        try:
            self._call(lambda: self._server.files.write(self.run_id, path, content))
        except FilesElsewhere as error:
            self._keeps_files = False
            _log.warning("Pictures and texts are left out: %s", error, extra={"run_id": self.run_id})
        except (BadInput, NotFound) as error:
            if self.read_again().is_deleted:
                raise
            _log.warning("MLflow refuses a file: %s", error, extra={"run_id": self.run_id, "path": path})

    def _call(self, ask: Callable[[], None]) -> None:
        self._server.patience.call(ask)


def _counts(text: str) -> dict[str, int]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(kind): count for kind, count in found.items() if isinstance(count, int)}


def _clean(text: str) -> str:
    """Removes characters that databases cannot store."""
    return text.replace("\0", "")
