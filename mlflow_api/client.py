"""MLflow over its REST API: requests out, validated domain values back.

The `mlflow` package would cost every web worker 1.6 s and 130 MB, and its defaults hold a thread for minutes when the
server is down.
"""

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from pydantic import ValidationError

from domain.addresses import Credentials
from domain.errors import BadInput, BadResponse
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
from transport.opened import OpenAnswer

API = "/api/2.0/mlflow/"
CALL_SECONDS = 10.0
# Without an explicit order, PostgreSQL would put runs without a start first.
_NEWEST_FIRST = ["attributes.start_time DESC"]
# The messages of SQLite and PostgreSQL, of MySQL, and of SQLAlchemy if the row was deleted concurrently.
_CONFLICTS = ("unique constraint", "duplicate entry", "expected to update")
# Runs with hundreds of metrics have 50 kB each, and MLflow sends nothing before the page is complete.
PAGE_RUNS = 100


class RunAnswer(NamedTuple):
    """One page of a run search: MLflow's rows, the token of the next page, and the duration."""

    rows: list[Any]
    next_token: str
    size_bytes: int
    seconds: float


class MlflowApi:
    """Clew's calls to an MLflow tracking server; each ends within `CALL_SECONDS`, or the time set by `within`."""

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
        """Returns the same server with a total deadline for all calls: `seconds` from now."""
        return MlflowApi(self.service, self._page_size, time.monotonic() + seconds, each_seconds)

    @classmethod
    def from_settings(cls, settings: Settings) -> "MlflowApi":
        """Returns the server in the settings, with their credentials; those in the address have the lowest priority."""
        auth: Auth = None
        if settings.mlflow_tracking_token:
            auth = BearerAuth(settings.mlflow_tracking_token)
        elif settings.mlflow_tracking_username:
            auth = basic_auth(Credentials(settings.mlflow_tracking_username, settings.mlflow_tracking_password or ""))
        return cls(JsonService(SERVICE, settings.tracking_url, auth))

    def ping(self) -> None:
        """Requests one experiment, which costs the server's database little; raises a `ServiceError`."""
        self.post("experiments/search", {"max_results": 1})

    def experiments(self) -> dict[str, Experiment]:
        """Returns all active experiments by id."""
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
        """Returns the few runs of `experiments` that match MLflow's filter `where`, and the invalid rows."""
        runs: list[Run] = []
        bad: list[BadRow] = []
        for raw in self._rows(list(experiments), where):
            try:
                runs.append(run_of(raw, experiments))
            except ValidationError as error:
                bad.append(bad_row_of(raw, error))
        return runs, bad

    def runs_page(
        self, experiment_ids: Sequence[str], where: str, most_runs: int, token: str = "", *, with_deleted: bool = False
    ) -> RunAnswer:
        """Returns up to `most_runs` runs of the experiments that match MLflow's filter `where`, newest start first."""
        body = {"experiment_ids": experiment_ids, "filter": where, "max_results": most_runs, "order_by": _NEWEST_FIRST}
        body |= {"run_view_type": "ALL"} if with_deleted else {}
        encoded, began = orjson.dumps(body | ({"page_token": token} if token else {})), time.monotonic()
        # MLflow sends nothing before the page is complete.
        answer = self.service.exchange(
            "POST", API + "runs/search", body=encoded, deadline_seconds=self._seconds_left(), is_silent=True
        )
        took = time.monotonic() - began
        page = validated(RunPage, self.service.decode(answer))
        return RunAnswer(page.runs, page.next_page_token, len(answer.content), took)

    def run(self, run_id: str, experiments: dict[str, Experiment]) -> Run:
        """Returns one run; raises `NotFound`, also for a deleted one, which MLflow would still return."""
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
        """Sends one GET of a path of the server."""
        return self.service.call("GET", path, params=params, deadline_seconds=self._seconds_left())

    def post(self, path: str, body: object, *, writes: bool = False) -> Any:
        """Sends one POST to MLflow's public API."""
        return self.service.call("POST", API + path, body=body, deadline_seconds=self._seconds_left(), writes=writes)

    def write(self, path: str, body: object) -> Any:
        """Sends one POST that writes, and repeats it once if it collided with another write."""
        try:
            return self.post(path, body, writes=True)
        except BadInput as error:
            if not _is_write_conflict(error):
                raise
            return self.post(path, body, writes=True)

    def get_api(self, path: str, params: Mapping[str, Any]) -> Any:
        """Sends one GET of MLflow's public API."""
        return self.get(API + path, params)

    def download(
        self, path: str, params: Mapping[str, Any], most_bytes: int, known_etag: str | None = None
    ) -> Download:
        """Returns one file of at most `most_bytes`, as `JsonService.download`."""
        return self.service.download(
            path,
            params=params,
            most_bytes=most_bytes,
            deadline_seconds=self._seconds_left(),
            known_etag=known_etag,
        )

    def open(self, path: str, params: Mapping[str, Any], headers: Mapping[str, str]) -> OpenAnswer:
        """Returns one file of any length, to be read piece by piece, as `JsonService.open`."""
        return self.service.open(path, params=params, headers=headers, deadline_seconds=self._seconds_left())

    def delete(self, path: str, body: object) -> Any:
        """Sends one DELETE of MLflow's public API."""
        return self.service.call("DELETE", API + path, body=body, deadline_seconds=self._seconds_left(), writes=True)

    def _seconds_left(self) -> float:
        left = min(self._each_seconds, self._ends - time.monotonic())
        if left <= 0:
            raise AnswerTooSlow(SERVICE)
        return left

    def _rows(self, experiment_ids: Sequence[str], where: str) -> Iterator[Any]:
        token = ""
        while experiment_ids:
            answer = self.runs_page(experiment_ids, where, self._page_size, token)
            yield from answer.rows
            token = answer.next_token
            if not token:
                return


def _is_write_conflict(error: BadInput) -> bool:
    """Returns whether a write may be repeated at once, since it collided with another one.

    If two processes set a tag or alias for the first time at once, or one removes what the other sets, MLflow returns
    its database's error to one of them, and has changed nothing for it.
    """
    return any(words in str(error).lower() for words in _CONFLICTS)
