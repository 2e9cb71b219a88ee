"""How long a page waits for the list of trainings, by when the scheduler was last asked."""

from datetime import timedelta
from pathlib import Path

from services.connect import connect
from tests.patient import PatientSettings
from tests.trainings.scheduler_server import SchedulerServer


def test_a_list_of_long_ago_is_read_again_before_it_is_returned(scheduler: SchedulerServer, cache_dir: Path) -> None:
    own = PatientSettings(
        _env_file=None,  # type: ignore[call-arg]
        mlflow_tracking_uri="http://127.0.0.1:1",
        scheduler_url=scheduler.address,
        cache_dir=cache_dir,
    )
    trainings = connect(own).trainings
    known = trainings.queue(60).known
    assert known is not None
    assert known.listed.trainings == []
    scheduler.add()
    known = trainings.queue(60, timedelta()).known
    assert known is not None
    assert len(known.listed.trainings) == 1
