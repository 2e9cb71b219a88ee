"""Copies all runs of an experiment once each: first all of them are created, then filled, newest first."""

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from domain.errors import BadInput, ClewError, NotFound
from mlflow_api.client import MlflowApi
from mlflow_api.run_writes import StoredRun
from tensorboard_import.copying.run_copy import PARENT, RUN, SERVER, RunCopy, copied_tags
from tensorboard_import.copying.source import SourceExperiment
from tensorboard_import.writing.imported_run import ImportTarget

_WORKERS: Final = 3
_MAX_RUNS: Final = 1_000_000
_log = logging.getLogger(__name__)


class ExperimentCopy:
    """Copies an experiment of one MLflow into the experiment `into` of another, or of the same.

    `again`: also read runs whose last points are copied, since they may have got earlier points since.
    """

    def __init__(
        self, source: SourceExperiment, server: ImportTarget, target: MlflowApi, into: str, *, again: bool = False
    ) -> None:
        self._source = source
        self._server = server
        self._there = SourceExperiment(target, into, server.patience)
        self._into = into
        self._again = again

    def run(self) -> bool:
        """Copies what is missing; returns whether everything is copied. Raises BadInput if there is nothing to copy."""
        originals = self._source.runs()
        experiment_id = self._server.patience.call(lambda: self._server.runs.experiment(self._into))
        copies = self._copies(experiment_id)
        for original in originals:
            if original.run_id not in copies:
                copies[original.run_id] = self._made(experiment_id, original)
        ids = {original_id: copy.run_id for original_id, copy in copies.items()}
        todo = [self._copy(one, copies[one.run_id], ids.get(one.tags.get(PARENT, ""))) for one in reversed(originals)]
        return self._filled([copy for copy in todo if not copy.is_done], len(originals))

    def _copy(self, original: StoredRun, copy: StoredRun, parent_id: str | None) -> RunCopy:
        return RunCopy(self._source, original, self._server, self._there, copy, parent_id, again=self._again)

    def _filled(self, todo: list[RunCopy], count: int) -> bool:
        with ThreadPoolExecutor(_WORKERS, "copy") as pool:
            sound = list(pool.map(_is_copied, todo))
        points = sum(copy.points for copy in todo)
        _log.info(f"{points:,} points of {len(todo):,} runs copied; {count:,} runs are there")
        for copy in todo:
            for sentence in copy.left_out:
                _log.warning(f"Left out: {sentence}")
        return all(sound)

    def _copies(self, experiment_id: str) -> dict[str, StoredRun]:
        """Returns the existing copies by their originals; if two copiers made one each, only one stays."""
        found: dict[str, StoredRun] = {}
        for run in sorted(self._all_copies(experiment_id), key=lambda run: run.run_id):
            if (original_id := run.tags[RUN]) in found:
                self._remove(run.run_id)
            else:
                found[original_id] = run
        return found

    def _all_copies(self, experiment_id: str) -> list[StoredRun]:
        where = f"tags.`{RUN}` LIKE '%'"
        return self._server.patience.call(lambda: list(self._server.runs.search([experiment_id], where, _MAX_RUNS)))

    def _made(self, experiment_id: str, original: StoredRun) -> StoredRun:
        tags = {RUN: original.run_id, SERVER: self._source.url}
        # Set at once, since lists show who made a run and with what.
        tags |= {key: value for key, value in copied_tags(original.tags, None).items() if key.startswith("mlflow.")}

        def make() -> StoredRun:
            where = f"tags.`{RUN}` = '{original.run_id}'"
            there = list(self._server.runs.search([experiment_id], where, 2))
            start_ms = original.start_ms or 0
            return (
                there[0]
                if there
                else self._server.runs.create(experiment_id, original.name, start_ms=start_ms, tags=tags)
            )

        return self._server.patience.call(make)

    def _remove(self, run_id: str) -> None:
        try:
            self._server.patience.call(lambda: self._server.runs.delete(run_id))
        except (BadInput, NotFound) as error:  # another copier did it at the same moment
            _log.info("A twin was removed by another: %s", error)


def _is_copied(copy: RunCopy) -> bool:
    try:
        copy.run()
    except (ClewError, OSError) as error:
        _log.error("%s could not be copied: %s", copy.name, error)
        return False
    return True
