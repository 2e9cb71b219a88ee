"""MLflow over its REST API: requests out, validated domain values back.

The `mlflow` package would cost every web worker 1.6 s and 130 MB, and its defaults hold a thread for minutes when the
server is down.
"""

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from domain.addresses import Credentials
from domain.errors import BadResponse
from domain.errors.records import RunDeleted
from domain.errors.services import AnswerTooSlow
from domain.tracking.runs import BadRow, Run
from mlflow_api.schemas import (
    SERVICE,
    Experiment,
    ExperimentPage,
    OneRun,
    RawRun,
    RunPage,
    bad_row_of,
    run_of,
    validated,
)
from settings.settings import Settings
from transport.credentials import BearerAuth, basic_auth
from transport.exchange import Auth
from transport.http_client import Download, JsonService

API = "/api/2.0/mlflow/"
CALL_SECONDS = 10.0
# Runs with hundreds of metrics are 50 kB each, and MLflow says nothing before the page is whole.
PAGE_RUNS = 1_000


class MlflowApi:
    """The calls that Clew makes to an MLflow tracking server; each ends within `CALL_SECONDS` or what `within` says."""

    def __init__(
        self,
        service: JsonService,
        page_size: int = PAGE_RUNS,
        ends: float = math.inf,
        each_seconds: float = CALL_SECONDS,
    ) -> None:
        self.service = service
        self._page_size = page_size
        self._ends = ends
        self._each_seconds = each_seconds

    def within(self, seconds: float, *, each_seconds: float = math.inf) -> "MlflowApi":
        """The same server for a piece of work that must end, all its calls together, in `seconds` from now."""
        return MlflowApi(self.service, self._page_size, time.monotonic() + seconds, each_seconds)

    @classmethod
    def from_settings(cls, settings: Settings) -> "MlflowApi":
        """The server that the settings name, with the credentials they hold: those of the address come last."""
        auth: Auth = None
        if settings.mlflow_tracking_token:
            auth = BearerAuth(settings.mlflow_tracking_token)
        elif settings.mlflow_tracking_username:
            auth = basic_auth(Credentials(settings.mlflow_tracking_username, settings.mlflow_tracking_password or ""))
        return cls(JsonService(SERVICE, settings.tracking_url, auth))

    def experiments(self) -> dict[str, Experiment]:
        """All active experiments by id."""
        found: dict[str, Experiment] = {}
        token = ""
        while True:
            body = {"max_results": 1000, "page_token": token}
            page = validated(ExperimentPage, self.post("experiments/search", body))
            found |= {experiment.experiment_id: experiment for experiment in page.experiments}
            token = page.next_page_token
            if not token:
                return found

    def search_runs(self, experiments: dict[str, Experiment], where: str = "") -> tuple[list[Run], list[BadRow]]:
        """Every run of `experiments` that fits MLflow's filter `where`, pages followed to the end, and the bad rows."""
        runs: list[Run] = []
        bad: list[BadRow] = []
        for found, odd in self.run_pages(experiments, where):
            runs += found
            bad += odd
        return runs, bad

    def run_pages(
        self, experiments: dict[str, Experiment], where: str = ""
    ) -> Iterator[tuple[list[Run], list[BadRow]]]:
        """The same page by page, as they come."""
        for page in self._pages(list(experiments), where):
            yield _checked(page, experiments)

    def run(self, run_id: str, experiments: dict[str, Experiment]) -> Run:
        """One run; raises `NotFound`, also for a deleted one, which MLflow would still tell."""
        raw = validated(OneRun, self.get_api("runs/get", {"run_id": run_id})).run
        try:
            run, stage = run_of(raw, experiments), RawRun.model_validate(raw).info.lifecycle_stage
        except ValidationError as error:
            bad = bad_row_of(raw, error)
            raise BadResponse(SERVICE, bad.field, bad.cause) from error
        if stage == "deleted":
            raise RunDeleted(run_id)
        return run

    def get(self, path: str, params: Mapping[str, Any]) -> Any:
        """One GET of a path of the server."""
        return self.service.call("GET", path, params=params, deadline_seconds=self._seconds_left())

    def post(self, path: str, body: object, *, writes: bool = False) -> Any:
        """One POST to MLflow's public API."""
        return self.service.call("POST", API + path, body=body, deadline_seconds=self._seconds_left(), writes=writes)

    def get_api(self, path: str, params: Mapping[str, Any]) -> Any:
        """One GET of MLflow's public API."""
        return self.get(API + path, params)

    def download(
        self, path: str, params: Mapping[str, Any], most_bytes: int, known_etag: str | None = None
    ) -> Download:
        """One file of at most `most_bytes`, as `JsonService.download`."""
        return self.service.download(
            path,
            params=params,
            most_bytes=most_bytes,
            deadline_seconds=self._seconds_left(),
            known_etag=known_etag,
        )

    def delete(self, path: str, body: object) -> Any:
        """One DELETE of MLflow's public API."""
        return self.service.call("DELETE", API + path, body=body, deadline_seconds=self._seconds_left(), writes=True)

    def _seconds_left(self) -> float:
        left = min(self._each_seconds, self._ends - time.monotonic())
        if left <= 0:
            raise AnswerTooSlow(SERVICE)
        return left

    def _pages(self, experiment_ids: Sequence[str], where: str) -> Iterator[list[Any]]:
        token = ""
        while experiment_ids:
            body = {"experiment_ids": experiment_ids, "filter": where, "max_results": self._page_size}
            answer = self.post("runs/search", body | ({"page_token": token} if token else {}))
            page = validated(RunPage, answer)
            yield page.runs
            token = page.next_page_token
            if not token:
                return


def _checked(page: Sequence[Any], experiments: dict[str, Experiment]) -> tuple[list[Run], list[BadRow]]:
    """Each run is validated on its own, so that a bad one hides no other."""
    runs: list[Run] = []
    bad: list[BadRow] = []
    for raw in page:
        try:
            runs.append(run_of(raw, experiments))
        except ValidationError as error:
            bad.append(bad_row_of(raw, error))
    return runs, bad
