"""Reads an experiment for a copy, and waits while its MLflow is unreachable."""

import hashlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import BinaryIO, Final, TypeVar

import orjson
from pydantic import BaseModel

from domain.artifacts.listing import ArtifactEntry
from domain.errors import BadInput
from domain.errors.records import InvalidArgument
from domain.messages import Text
from mlflow_api.artifacts.files import MlflowArtifacts
from mlflow_api.artifacts.signed_addresses import SignedAddresses
from mlflow_api.client import MlflowApi
from mlflow_api.run_writes import RunWrites, StoredRun
from mlflow_api.schemas import Integer, validated
from tensorboard_import.writing.patience import RetryingCalls

_MAX_RUNS: Final = 1_000_000
_PAGE: Final = 5_000
_MAX_DEPTH: Final = 20
T = TypeVar("T")


class Point(BaseModel):
    """A point of a history; its time in Unix ms."""

    value: float
    timestamp: Integer = 0
    step: Integer = 0


class _HistoryPage(BaseModel):
    """A page of a metric's history, and the token of the next; empty after the last."""

    metrics: list[Point] = []
    next_page_token: str = ""


class SourceExperiment:
    """The experiment of that name.

    Each call waits while MLflow is unreachable, and raises MLflow's errors, and Stopped.
    """

    def __init__(self, mlflow: MlflowApi, name: str, patience: RetryingCalls) -> None:
        self.url = mlflow.service.url
        self._mlflow = mlflow
        self._patience = patience
        self._runs = RunWrites(mlflow)
        self._artifacts = MlflowArtifacts(mlflow, SignedAddresses(mlflow))
        self._name = name

    def runs(self) -> list[StoredRun]:
        """Returns all of its runs that are not deleted, oldest first.

        Raises BadInput if there is no such experiment.
        """
        return self._call(self._read_runs)

    def points(self, run_id: str, key: str) -> Iterator[list[Point]]:
        """Yields a metric's history in pieces of a few thousand points."""
        token = ""
        while True:
            page = self._call(partial(self._page, run_id, key, token))
            yield page.metrics
            token = page.next_page_token
            if not token:
                return

    def files(self, run_id: str) -> list[ArtifactEntry]:
        """Returns all files of a run, including those in folders."""
        return self._call(lambda: list(self._files_in(run_id, "", 0)))

    def read_file(self, run_id: str, path: str, into: BinaryIO) -> None:
        """Downloads a file of any length into `into`, replacing its content; also raises OSError."""
        self._call(partial(self._read_file, run_id, path, into))

    def _read_runs(self) -> list[StoredRun]:
        found = [one for one in self._mlflow.experiments().values() if one.name == self._name]
        if not found:
            raise no_such_experiment(self._name, self.url)
        runs = self._runs.search([found[0].experiment_id], "", _MAX_RUNS)
        return sorted(runs, key=lambda run: run.start_ms or 0)

    def _page(self, run_id: str, key: str, token: str) -> _HistoryPage:
        query = {"run_id": run_id, "metric_key": key, "max_results": _PAGE} | ({"page_token": token} if token else {})
        return validated(_HistoryPage, self._mlflow.get_api("metrics/get-history", query))

    def _files_in(self, run_id: str, folder: str, depth: int) -> Iterator[ArtifactEntry]:
        for entry in self._artifacts.list_folder(run_id, folder):
            if not entry.is_dir:
                yield entry
            elif depth < _MAX_DEPTH:
                yield from self._files_in(run_id, entry.path, depth + 1)

    def _read_file(self, run_id: str, path: str, into: BinaryIO) -> None:
        into.seek(0)
        into.truncate()
        for piece in self._artifacts.open(run_id, path).pieces():
            into.write(piece)

    def _call(self, ask: Callable[[], T]) -> T:
        return self._patience.call(ask)


def no_such_experiment(name: str, url: str) -> BadInput:
    """Returns the error that there is no experiment of that name."""
    return InvalidArgument(Text(f"The MLflow at {url} has no experiment {name!r}."))


def state_of(run: StoredRun) -> str:
    """Returns a digest that changes whenever a run gets later points, parameters or tags, or another status.

    It does not change with a point at an earlier step: MLflow returns only the last one of each metric.
    """
    metrics = sorted((key, repr(m.value), m.step, m.timestamp) for key, m in run.metrics.items())
    content = [run.name, run.status.value, run.end_ms, metrics, sorted(run.params.items()), sorted(run.tags.items())]
    return hashlib.sha256(orjson.dumps(content)).hexdigest()[:16]
