"""A run's change counts only once MLflow has confirmed it: what a proxy answers in its place is a failure."""

import pytest

from domain.errors import BadResponse
from domain.tracking.runs import RunStatus
from mlflow_api.client import MlflowApi
from mlflow_api.run_writes import RunWrites
from tests.misbehaving import WRONG_TYPES, Answer, Misbehaving
from tests.tracking import Tracking
from transport.http_client import JsonService


@pytest.mark.parametrize("answer", [WRONG_TYPES, (200, b"{}", "application/json")])
def test_an_unconfirmed_end_or_name_of_a_run_is_a_failure(
    tracking: Tracking, misbehaving: Misbehaving, answer: Answer
) -> None:
    run_id = tracking.run(tracking.experiment(), name="before", status="RUNNING")
    writes = RunWrites(MlflowApi(JsonService("MLflow", misbehaving.address)))
    misbehaving.answer = answer
    with pytest.raises(BadResponse):
        writes.set_status(run_id, RunStatus.FINISHED, end_ms=1)
    with pytest.raises(BadResponse):
        writes.rename(run_id, "after")
    misbehaving.answer = None
    assert (writes.get(run_id).status, writes.get(run_id).name) == (RunStatus.RUNNING, "before")
    writes.set_status(run_id, RunStatus.FINISHED, end_ms=1)
    writes.rename(run_id, "after")
    assert (writes.get(run_id).status, writes.get(run_id).name) == (RunStatus.FINISHED, "after")
