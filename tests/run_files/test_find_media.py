"""The folders searched for media, from a real MLflow: several at once, a limited number; omissions are reported."""

import threading
import time

import pytest

from concurrency.bounded_map import bounded_map
from domain.errors import ServiceError
from mlflow_api.artifacts.files import MlflowArtifacts
from mlflow_api.artifacts.signed_addresses import SignedAddresses
from mlflow_api.client import MlflowApi
from services.artifacts.media import find_media
from services.artifacts.run_artifacts import RunArtifacts
from tests.misbehaving import ERROR_500, Misbehaving
from tests.tracking import Tracking
from transport.http_client import JsonService

AT_ONCE = 4


@pytest.fixture
def artifacts(misbehaving: Misbehaving) -> RunArtifacts:
    mlflow = MlflowApi(JsonService("MLflow", misbehaving.address))
    return RunArtifacts(MlflowArtifacts(mlflow, SignedAddresses(mlflow)))


def with_folders(tracking: Tracking, many: int) -> str:
    """Logs a run with `many` folders of one picture each, and one folder whose name is not searched."""
    run_id = tracking.run(tracking.experiment(), name="media")
    for path in (*(f"step_{number}/frame.png" for number in range(many)), "weights/frame_1.png"):
        tracking.artifact(run_id, path, b"x")
    return run_id


def test_folders_are_requested_four_at_a_time_and_their_media_stay_in_order(
    tracking: Tracking, misbehaving: Misbehaving, artifacts: RunArtifacts
) -> None:
    run_id = with_folders(tracking, 2 * AT_ONCE)
    all_there = threading.Barrier(AT_ONCE)

    def alter(path: str, body: bytes) -> bytes:
        if "path=step_" in path:
            all_there.wait(60)  # raises if fewer arrive together
        return body

    misbehaving.alter = alter
    found = find_media(artifacts, run_id)
    assert [(one.key, one.step) for one in found.files] == [("frame", number) for number in range(2 * AT_ONCE)]
    assert not found.is_cut
    assert len(misbehaving.requests) == 1 + 2 * AT_ONCE, misbehaving.requests
    misbehaving.alter = None
    misbehaving.instead[f"run_id={run_id}&path=step_3"] = ERROR_500
    with pytest.raises(ServiceError):
        find_media(artifacts, run_id)


def test_the_search_for_media_ends_after_the_first_folders_and_reports_it(
    tracking: Tracking, misbehaving: Misbehaving, artifacts: RunArtifacts
) -> None:
    found = find_media(artifacts, with_folders(tracking, 30))
    assert found.is_cut
    assert [one.step for one in found.files] == list(range(23))
    assert len(misbehaving.requests) == 24


def test_the_first_error_cancels_calls_that_have_not_begun() -> None:
    begun: list[int] = []

    def work(number: int) -> int:
        begun.append(number)
        if number == 1:
            raise ValueError(number)
        time.sleep(0.01)
        return number

    with pytest.raises(ValueError, match="1"):
        bounded_map(work, range(2_000), 2, "bounded")
    assert len(begun) < 2_000
    assert bounded_map(work, [0, 2, 5], 2, "bounded") == [0, 2, 5]
