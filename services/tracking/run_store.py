"""The runs as every page shows them: one refresh per host, a snapshot for everyone, nobody waits."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from domain.tracking.runs import Run
from mlflow_api.client import MlflowRest
from services.failures import Failure
from services.tracking.run_refresh import Ask, RunRefresh
from services.tracking.run_sweep import RunList


class RunView(BaseModel):
    """What is known now: the runs (None before the first answer), as of when, and what failed since."""

    model_config = ConfigDict(frozen=True)

    service: str
    """Who keeps the runs."""
    runs: RunList | None
    as_of: datetime | None
    failure: Failure | None

    def get(self, run_id: str) -> Run | None:
        """The run with this id, if it is known."""
        return None if self.runs is None else self.runs.runs.get(run_id)


class RunStore:
    """All runs of one MLflow, at most `refresh_seconds` old on a page that asks often enough."""

    def __init__(self, mlflow: MlflowRest, cache_dir: Path, refresh_seconds: float) -> None:
        self.name = mlflow.service.name
        self._refresh = RunRefresh(mlflow, cache_dir, refresh_seconds)

    def view(self) -> RunView:
        """What is known, at once; starts a refresh when one is due."""
        if self._refresh.is_due():
            self._refresh.start(Ask.WHAT_IS_DUE)
        return self.last_view()

    def last_view(self) -> RunView:
        """What is known; starts nothing."""
        attempt = self._refresh.last()
        return RunView(
            service=self.name,
            runs=self._refresh.known(),
            as_of=attempt.succeeded_at if attempt else None,
            failure=attempt.failure if attempt else None,
        )

    def refreshed_view(self, wait_seconds: float) -> RunView:
        """Reads everything anew (a person pressed Retry) and gives what is known after `wait_seconds` at most."""
        self._refresh.start(Ask.EVERYTHING).join(wait_seconds)
        return self.last_view()

    def view_with(self, run_ids: Iterable[str], wait_seconds: float) -> RunView:
        """As `view`, but asks MLflow at once when one of `run_ids` is not known: a shared link may be seconds old."""
        view = self.first_view(wait_seconds)
        if view.runs is None or all(run_id in view.runs.runs for run_id in run_ids):
            return view
        self._refresh.start(Ask.CHANGES).join(wait_seconds)
        return self.last_view()

    def first_view(self, wait_seconds: float) -> RunView:
        """As `view`, but where nothing is known yet it waits up to `wait_seconds` for the first answer."""
        view = self.view()
        if view.runs is None and view.failure is None:
            self._refresh.start(Ask.WHAT_IS_DUE).join(wait_seconds)
            return self.last_view()
        return view
