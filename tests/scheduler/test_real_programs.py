"""How programs that use MLflow's own client finish their run: the exit code decides, and every end is set."""

from typing import Any, NamedTuple

import pytest
import requests

from tests.scheduler.service import OVER, Service
from tests.selection import selected_values
from tests.tracking import Tracking


class ExpectedEnd(NamedTuple):
    """Holds the expected states in the scheduler and in MLflow for one way to use MLflow."""

    state: str
    exit_code: int
    status: str
    remark: str | None = None


WAYS = {
    "with": ExpectedEnd("done", 0, "FINISHED"),
    "bare": ExpectedEnd("done", 0, "FINISHED"),
    "exit-1": ExpectedEnd("failed", 1, "FAILED"),
    "raise": ExpectedEnd("failed", 1, "FAILED"),
    "second": ExpectedEnd("done", 0, "FINISHED", "logged-nothing"),
    "own-client": ExpectedEnd("done", 0, "FINISHED", "logged-nothing"),
    "other-experiment": ExpectedEnd("failed", 1, "FAILED"),
    "own-experiment": ExpectedEnd("done", 0, "FINISHED"),
    "sigterm": ExpectedEnd("failed", 143, "FAILED"),
}


# One of each end: success, failure, a signal, an end past Clew's run, and one in the wrong experiment.
USUAL = ("with", "exit-1", "sigterm", "own-client", "other-experiment")


@pytest.fixture(scope="module")
def runs(request: pytest.FixtureRequest, service: Service) -> dict[str, str]:
    """Runs all of them at once: each takes seconds to import MLflow."""
    return {way: service.start(trainer="mlflow-client", way=way) for (way,) in selected_values(request, "way")}


@pytest.mark.parametrize("way", [pytest.param(one, marks=() if one in USUAL else pytest.mark.thorough) for one in WAYS])
def test_a_run_has_the_state_and_end_of_its_program(
    service: Service, tracking: Tracking, runs: dict[str, str], way: str
) -> None:
    known = service.until(runs[way], *OVER, seconds=90)
    assert (known["state"], known["exit_code"]) == WAYS[way][:2], service.training_log(runs[way])

    def info() -> dict[str, Any]:
        query = {"run_id": runs[way]}
        answer = requests.get(f"{tracking.address}/api/2.0/mlflow/runs/get", params=query, timeout=10)
        return dict(answer.json()["run"]["info"])

    service.wait_for(
        lambda _health: (info()["status"], info().get("end_time")) == (WAYS[way].status, known["ended_ms"])
    )
    service.wait_for(lambda _health: (remark_of(service, runs[way])) == WAYS[way].remark)


def remark_of(service: Service, run_id: str) -> str | None:
    remark = service.training(run_id)["remark"]
    return remark and str(remark["code"])
