"""Copies one run into another MLflow: parameters, tags, histories, files, and then its status."""

import math
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from tempfile import TemporaryFile
from typing import Any, Final

from domain.artifacts.listing import ArtifactEntry
from domain.errors import NotFound
from domain.errors.records import FilesElsewhere
from domain.tracking.runs import RunStatus
from mlflow_api.run_writes import StoredRun
from tensorboard_import.copying.source import SourceExperiment, state_of
from tensorboard_import.writing.batches import MAX_ENTITIES, MAX_TAGS, WORDS
from tensorboard_import.writing.imported_run import ImportTarget

RUN: Final = "clew.copied.run"
"""The tag with the id of the original."""
SERVER: Final = "clew.copied.server"
PARENT: Final = "mlflow.parentRunId"
_STATE: Final = "clew.copied.state"
"""The state of the original when all of it had been copied."""
_BEGUN: Final = "clew.copied.begun"
_KEY: Final = "clew.copied.key"
"""The last metric that is copied completely, as of the original's state in _BEGUN."""
# Tags that are only valid for the original run are not copied; MLflow sets the name itself.
_LEFT_OUT: Final = ("clew.copied.", "clew.tensorboard.", "clew.scheduler", "mlflow.runName", PARENT)
_ENDED: Final = (RunStatus.FINISHED, RunStatus.FAILED, RunStatus.KILLED)
_BATCH: Final = MAX_ENTITIES - MAX_TAGS


def copied_tags(tags: Mapping[str, str], parent_id: str | None) -> dict[str, str]:
    """Returns the tags that are copied from the original; `parent_id` is the parent's copy."""
    kept = {key: value for key, value in tags.items() if not key.startswith(_LEFT_OUT)}
    return kept if parent_id is None else kept | {PARENT: parent_id}


class RunCopy:
    """A copy and its original; `there` is the copy's experiment, `parent_id` the parent's copy.

    `again`: read all histories, even if the original's last points do not show any change.
    """

    def __init__(
        self,
        source: SourceExperiment,
        original: StoredRun,
        server: ImportTarget,
        there: SourceExperiment,
        copy: StoredRun,
        parent_id: str | None,
        *,
        again: bool = False,
    ) -> None:
        self._again = again
        self._source = source
        self._there = there
        self._original = original
        self._server = server
        self._copy = copy
        self._parent_id = parent_id
        self._state = state_of(original)
        self.points = 0
        self.left_out: list[str] = []
        """The files that could not be copied, with the reason."""

    @property
    def name(self) -> str:
        """The original's name."""
        return self._original.name

    @property
    def is_done(self) -> bool:
        """Whether everything has been copied since the original ended, judging by its latest values."""
        is_ended = self._original.status in _ENDED
        return is_ended and self._copy.tags.get(_STATE) == self._state and not self._again

    def run(self) -> None:
        """Copies what is missing; raises the errors of MLflow's calls, OSError if the disk is full, and Stopped."""
        self._copy_texts()
        self._copy_metrics()
        self._copy_files()
        original = self._original
        self._call(partial(self._server.runs.set_status, self._copy.run_id, original.status, original.end_ms))
        self._tag({_STATE: self._state})

    def _copy_texts(self) -> None:
        params = {key: value for key, value in self._original.params.items() if key not in self._copy.params}
        for some in _hundreds(params):
            self._log_params(some)
        tags = copied_tags(self._original.tags, self._parent_id)
        for some in _hundreds({key: value for key, value in tags.items() if self._copy.tags.get(key) != value}):
            self._tag(some)

    def _copy_metrics(self) -> None:
        is_begun = self._copy.tags.get(_BEGUN) == self._state and not self._again
        done = self._copy.tags.get(_KEY, "") if is_begun else ""
        if not is_begun:
            self._tag({_BEGUN: self._state, _KEY: ""})
        waiting: list[dict[str, Any]] = []
        keys = sorted(key for key in self._original.metrics if key > done)
        for key in keys:
            for points in self._source.points(self._original.run_id, key):
                waiting += [
                    {"key": key, "value": _as_json(one.value), "timestamp": one.timestamp, "step": one.step}
                    for one in points
                ]
                while len(waiting) > _BATCH:
                    self._log(waiting[:_BATCH], {})
                    del waiting[:_BATCH]
            # Short histories share a batch; a metric counts as done once it is written completely.
            if len(waiting) > _BATCH // 2 or key == keys[-1]:
                self._log(waiting, {_KEY: key})
                waiting = []

    def _log_params(self, params: Mapping[str, str]) -> None:
        self._call(partial(self._server.runs.log, self._copy.run_id, [], params=params))

    def _log(self, points: list[dict[str, Any]], tags: dict[str, str]) -> None:
        self._call(partial(self._server.runs.log, self._copy.run_id, points, tags=tags))
        self.points += len(points)

    def _copy_files(self) -> None:
        there = {file.path: file.size_bytes for file in self._there.files(self._copy.run_id)}
        for file in self._source.files(self._original.run_id):
            if file.path not in there or there[file.path] != file.size_bytes:
                self._copy_file(file)

    def _copy_file(self, file: ArtifactEntry) -> None:
        try:
            with TemporaryFile() as content:
                self._source.read_file(self._original.run_id, file.path, content)
                self._call(partial(self._server.files.write, self._copy.run_id, file.path, content))
        except (NotFound, FilesElsewhere) as error:
            self.left_out.append(f"{file.path} of {self._original.name}: {error}")

    def _tag(self, tags: Mapping[str, str]) -> None:
        self._call(partial(self._server.runs.tag, self._copy.run_id, tags))

    def _call(self, ask: Callable[[], None]) -> None:
        self._server.patience.call(ask)


def _hundreds(pairs: Mapping[str, str]) -> Iterator[dict[str, str]]:
    items = list(pairs.items())
    for begins in range(0, len(items), MAX_TAGS):
        yield dict(items[begins : begins + MAX_TAGS])


def _as_json(value: float) -> float | str:
    return value if math.isfinite(value) else WORDS.get(value, "NaN")
