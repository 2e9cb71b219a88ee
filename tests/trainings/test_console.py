"""The last log lines of a failed run, on top of its page: from Clew's own log, or else a file of the run."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from domain.trainings.tags import LOG_TAIL, REQUEST
from domain.trainings.training import TrainingState
from tests.tracking import Tracking
from tests.trainings.conftest import Clew
from tests.trainings.scheduler_server import SchedulerServer


@pytest.fixture
def client(clew: Clew) -> FlaskClient:
    return clew().test_client()


def console_of(client: FlaskClient, run_id: str) -> dict[str, Any]:
    answer: dict[str, Any] = client.get(f"/artifacts/console?run={run_id}").json
    return answer


def test_a_failed_training_shows_the_end_of_the_schedulers_log(
    client: FlaskClient, scheduler: SchedulerServer, tracking: Tracking
) -> None:
    run_id = tracking.run(tracking.experiment(), tags={REQUEST: "{}"}, status="FAILED")
    scheduler.add(run_id=run_id, state=TrainingState.FAILED)
    scheduler.log = [f"line {n}" for n in range(500)] + ["Traceback", "<b>ValueError</b>"]
    found = console_of(client, run_id)
    assert found["href"] == f"/training/{run_id}"
    assert found["lines"][-2:] == ["Traceback", "<b>ValueError</b>"]
    assert 2 < len(found["lines"]) < 100


def test_the_console_log_is_read_from_a_file_of_the_run_without_its_scheduler(
    client: FlaskClient, scheduler: SchedulerServer, tracking: Tracking
) -> None:
    run_id = tracking.run(tracking.experiment(), tags={REQUEST: "{}"}, status="FAILED")
    assert console_of(client, run_id) == {"lines": [], "path": None}
    tracking.artifact(run_id, "logs/console.log", b"first\nlast words\n")
    found = console_of(client, run_id)
    assert (found["lines"][-1], found["path"]) == ("last words", "logs/console.log")
    assert "href" not in found


def test_the_log_end_of_another_hosts_training_comes_from_the_run(client: FlaskClient, tracking: Tracking) -> None:
    tags = {REQUEST: "{}", LOG_TAIL: "line 1\nKilled"}
    run_id = tracking.run(tracking.experiment(), tags=tags, status="FAILED")
    assert console_of(client, run_id) == {"lines": ["line 1", "Killed"], "href": f"/training/{run_id}", "path": None}


def test_a_run_without_a_training_request_gets_no_log_of_the_scheduler(
    client: FlaskClient, scheduler: SchedulerServer, tracking: Tracking
) -> None:
    run_id = tracking.run(tracking.experiment(), status="FAILED")
    scheduler.add(run_id=run_id, state=TrainingState.FAILED)
    scheduler.log = ["not for a run without a request"]
    assert console_of(client, run_id)["lines"] == []
