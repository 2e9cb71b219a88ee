"""The run store: one refresh per host, no caller waits, and known runs stay when MLflow is away."""

import multiprocessing
import shutil
import threading
import time
from pathlib import Path

import pytest

from domain.errors import ServiceUnavailable
from domain.errors.records import RunNotFound
from mlflow_api.client import MlflowApi
from services.sharing.shared_file import cache_folder
from services.tracking.known_runs import known_run, raise_unless_whole
from services.tracking.run_store import RunStore, RunView
from services.tracking.sources.mlflow_runs import MlflowRuns
from tests.misbehaving import (
    BREAK_OFF,
    DRIP,
    DRIP_HEADERS,
    ERROR_500,
    HALF_JSON,
    HANG,
    HTML,
    REFUSED,
    WRONG_TYPES,
    Misbehaving,
    eventually,
)
from tests.tracking import Tracking
from transport.http_client import JsonService

PERIOD = 30.0
# Longer than the limit that callers set here, shorter than the 10 s of a call without one.
MUCH_LATER = 8.0


def store(address: str, cache_dir: Path, period: float = PERIOD) -> RunStore:
    source = MlflowRuns(MlflowApi(JsonService("MLflow", address)), cache_folder(cache_dir, address))
    return RunStore(source, cache_dir, period)


def test_the_first_view_waits_for_the_first_answer(tracking: Tracking, cache_dir: Path) -> None:
    run_id = tracking.run(tracking.experiment())
    view = store(tracking.address, cache_dir).first_view(40)
    assert view.get(run_id) is not None
    assert view.failure is None


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (ERROR_500, "HTTP 500"),
        (HTML, "is not JSON"),
        (HALF_JSON, "is not JSON"),
        (WRONG_TYPES, "experiments"),
        (REFUSED, "credentials"),
    ],
)
def test_an_invalid_answer_is_reported_and_known_runs_stay(
    tracking: Tracking, misbehaving: Misbehaving, cache_dir: Path, answer: tuple[int, bytes, str], message: str
) -> None:
    run_id = tracking.run(tracking.experiment())
    runs = store(misbehaving.address, cache_dir)
    assert runs.whole_view(40).get(run_id) is not None
    misbehaving.answer = answer
    view = runs.refreshed_view(40)
    assert view.failure is not None
    assert view.failure.service == "MLflow"
    assert message in view.failure.cause
    assert view.get(run_id) is not None
    misbehaving.answer = None
    assert runs.refreshed_view(40).failure is None


@pytest.mark.parametrize("answer", [HANG, DRIP])
def test_no_caller_waits_for_a_server_that_does_not_answer(
    misbehaving: Misbehaving, cache_dir: Path, answer: str
) -> None:
    misbehaving.answer = answer
    runs = store(misbehaving.address, cache_dir)
    started = time.monotonic()
    assert runs.first_view(0.5).runs is None
    assert runs.view().runs is None
    assert time.monotonic() - started < MUCH_LATER


@pytest.mark.parametrize("answer", [HANG, DRIP, DRIP_HEADERS])
def test_a_call_ends_at_its_deadline(misbehaving: Misbehaving, answer: str) -> None:
    misbehaving.answer = answer
    started = time.monotonic()
    with pytest.raises(Exception, match="in time"):
        MlflowApi(JsonService("MLflow", misbehaving.address)).within(1.0).experiments()
    assert time.monotonic() - started < MUCH_LATER


def test_each_call_of_a_long_piece_of_work_has_a_deadline_of_its_own(misbehaving: Misbehaving) -> None:
    misbehaving.answer = DRIP
    started = time.monotonic()
    with pytest.raises(ServiceUnavailable, match="in time"):
        MlflowApi(JsonService("MLflow", misbehaving.address)).within(60.0, each_seconds=0.5).experiments()
    assert time.monotonic() - started < MUCH_LATER


def test_a_truncated_answer_is_an_error(misbehaving: Misbehaving) -> None:
    misbehaving.answer = BREAK_OFF
    with pytest.raises(ServiceUnavailable, match="closed the connection before the end of its answer"):
        JsonService("MLflow", misbehaving.address).download("/file", params={}, most_bytes=2000, deadline_seconds=2)


def test_an_unreachable_mlflow_is_reported(cache_dir: Path) -> None:
    view = store("http://127.0.0.1:1", cache_dir).first_view(40)
    assert view.failure is not None
    assert "refused the connection" in view.failure.cause


def test_one_invalid_row_hides_no_other(tracking: Tracking, misbehaving: Misbehaving, cache_dir: Path) -> None:
    group = tracking.experiment()
    good, bad = tracking.run(group), tracking.run(group)
    status = b'"status": "FINISHED"'

    def break_one(path: str, body: bytes) -> bytes:
        if not path.endswith("runs/search") or bad.encode() not in body:
            return body
        before, after = body.split(bad.encode(), 1)
        return before + bad.encode() + after.replace(status, b'"status": "DANCING"', 1)

    misbehaving.alter = break_one
    view = store(misbehaving.address, cache_dir).whole_view(40)
    assert view.get(good) is not None
    assert view.runs is not None
    assert [(row.row, row.field) for row in view.runs.bad_rows] == [(bad, "info.status")]


def test_many_views_cost_one_refresh(misbehaving: Misbehaving, cache_dir: Path) -> None:
    """Fifty views by two stores of one host, as of two workers, send MLflow no more requests than one view does."""
    stores = [store(misbehaving.address, cache_dir, period=600) for _worker in range(2)]
    eventually(lambda: stores[0].view().as_of)  # the first rows come before the whole list
    requests_before = len(misbehaving.requests)
    assert requests_before > 0
    for _poll in range(25):
        for one in stores:
            assert one.view().runs is not None
    assert len(misbehaving.requests) == requests_before


def test_a_refresh_starts_when_it_is_due(tracking: Tracking, cache_dir: Path) -> None:
    runs = store(tracking.address, cache_dir, period=1.5)
    runs.whole_view(40)
    run_id = tracking.run(tracking.experiment())
    eventually(lambda: runs.view().get(run_id))


def test_runs_that_are_copied_with_their_own_times_are_found_by_their_experiment(
    tracking: Tracking, cache_dir: Path
) -> None:
    """As with the sample data: a viewer who comes while it is filled sees all of it once its tag says that it is
    complete."""
    group = tracking.experiment()
    runs = store(tracking.address, cache_dir, period=1.5)
    runs.whole_view(40)
    copied = [tracking.run(group, started_ms=1_700_000_000_000 + number) for number in range(2)]
    tracking.post("experiments/set-experiment-tag", {"experiment_id": group, "key": "copied", "value": "complete"})
    eventually(lambda: all(runs.view().get(run_id) for run_id in copied))


def test_a_new_run_is_found_when_it_is_requested_by_id(tracking: Tracking, cache_dir: Path) -> None:
    runs = store(tracking.address, cache_dir)
    runs.whole_view(40)
    run_id = tracking.run(tracking.experiment())
    assert runs.view().get(run_id) is None
    assert runs.view_with([run_id], 40).get(run_id) is not None


@pytest.mark.parametrize("wait_seconds", [0.0, 0.5])
def test_a_new_run_that_cannot_be_looked_up_in_time_is_not_called_missing(
    tracking: Tracking, misbehaving: Misbehaving, cache_dir: Path, wait_seconds: float
) -> None:
    runs = store(misbehaving.address, cache_dir)
    runs.whole_view(40)
    run_id = tracking.run(tracking.experiment())
    misbehaving.answer = HANG
    view = runs.view_with([run_id], wait_seconds)
    assert view.get(run_id) is None
    assert not view.is_whole
    for known in (lambda: known_run(view, run_id), lambda: raise_unless_whole(view)):
        with pytest.raises(ServiceUnavailable):
            known()
    misbehaving.answer = None
    eventually(lambda: runs.view_with([run_id], 40).get(run_id))
    with pytest.raises(RunNotFound):
        known_run(runs.view_with(["f" * 32], 40), "f" * 32)


def test_a_request_by_id_decides_while_the_list_is_read_slowly(
    tracking: Tracking, misbehaving: Misbehaving, cache_dir: Path
) -> None:
    runs, may_continue = store(misbehaving.address, cache_dir), threading.Event()
    runs.whole_view(40)
    new, missing = tracking.run(tracking.experiment()), "f" * 32

    def hold_lists(path: str, body: bytes) -> bytes:
        if path.endswith("runs/search"):
            may_continue.wait(600)
        return body

    misbehaving.alter = hold_lists
    eventually(lambda: runs.view_with([new], 1.5).get(new))
    eventually(lambda: missing in runs.view_with([missing], 1.5).absent)
    eventually(lambda: _is_denied(runs.view_with([missing], 1.5), missing))
    may_continue.set()


def test_mlflow_itself_denies_a_run_whatever_the_cache_is_like(tracking: Tracking, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    runs, missing = store(tracking.address, tmp_path / "file" / "cache"), "f" * 32
    eventually(lambda: runs.view().as_of)
    assert runs.view().failure is not None
    eventually(lambda: _is_denied(runs.view_with([missing], 40), missing))


def test_a_proxy_without_an_mlflow_denies_no_run(misbehaving: Misbehaving, cache_dir: Path) -> None:
    runs, missing = store(misbehaving.address, cache_dir), "f" * 32
    runs.whole_view(40)
    misbehaving.answer = (404, b'{"message": "no route matched"}', "application/json")
    view = runs.view_with([missing], 40)
    assert view.absent == frozenset()
    with pytest.raises(ServiceUnavailable):
        known_run(view, missing)


def _is_denied(view: RunView, run_id: str) -> bool:
    try:
        known_run(view, run_id)
    except RunNotFound:
        return True
    except ServiceUnavailable:
        return False
    return False


def test_a_damaged_cache_is_rebuilt(tracking: Tracking, cache_dir: Path) -> None:
    run_id = tracking.run(tracking.experiment())
    store(tracking.address, cache_dir).whole_view(40)
    (file,) = cache_dir.rglob("runs.table")
    file.write_bytes(file.read_bytes()[:100])
    runs = store(tracking.address, cache_dir)
    assert runs.refreshed_view(40).get(run_id) is not None


def test_a_worker_killed_in_the_middle_of_a_refresh_leaves_the_lock_free(
    tracking: Tracking, misbehaving: Misbehaving, cache_dir: Path
) -> None:
    misbehaving.answer = HANG
    worker = multiprocessing.get_context("spawn").Process(target=_hang, args=(misbehaving.address, cache_dir))
    worker.start()
    eventually(lambda: misbehaving.requests)
    worker.kill()
    worker.join()
    misbehaving.answer = None
    assert store(misbehaving.address, cache_dir).first_view(40).runs is not None


def _hang(address: str, cache_dir: Path) -> None:
    store(address, cache_dir).first_view(60)


def test_a_persons_request_sees_their_own_last_change(tracking: Tracking, cache_dir: Path) -> None:
    """A refresh that began before a deletion must not answer for the one requested after it."""
    run_id = tracking.run(tracking.experiment())
    runs = store(tracking.address, cache_dir)
    runs.whole_view(40)
    for _person in range(5):
        runs.refreshed_view(0)
    tracking.delete(run_id)
    assert runs.refreshed_view(40).get(run_id) is None


def test_many_retries_cost_few_sweeps(misbehaving: Misbehaving, cache_dir: Path) -> None:
    runs = store(misbehaving.address, cache_dir)
    eventually(lambda: runs.view().as_of)

    def sweeps() -> int:
        return sum(request.endswith("experiments/search") for request in misbehaving.requests)

    before = sweeps()
    for _click in range(20):
        runs.refreshed_view(0)
    runs.refreshed_view(40)
    # The first click's, one for all that were waiting then, and the last one's.
    assert sweeps() - before <= 3


def test_waiting_callers_share_a_thread(misbehaving: Misbehaving, cache_dir: Path) -> None:
    runs = store(misbehaving.address, cache_dir)
    runs.whole_view(40)
    misbehaving.answer = HANG
    before = threading.active_count()
    for _viewer in range(50):
        runs.view_with(["gone"], 0)
        runs.refreshed_view(0)
    # Besides the store's own at most one that runs and one that waits, for each kind of request; the server has
    # threads, too.
    assert threading.active_count() - before <= 4 + len(misbehaving.requests)


def test_a_cache_deleted_while_the_app_runs_is_rebuilt(tracking: Tracking, cache_dir: Path) -> None:
    run_id = tracking.run(tracking.experiment())
    runs = store(tracking.address, cache_dir)
    runs.whole_view(40)
    shutil.rmtree(cache_dir)
    assert runs.refreshed_view(40).get(run_id) is not None


def test_a_cache_that_cannot_be_written_is_reported(tracking: Tracking, cache_dir: Path) -> None:
    runs = store(tracking.address, cache_dir)
    (folder,) = cache_dir.iterdir()
    folder.rmdir()
    folder.write_text("in the way")
    eventually(lambda: runs.first_view(40).failure)  # the first rows come before the whole list is written
    failure = runs.view().failure
    assert failure is not None
    assert failure.service == "Clew's cache"


def test_with_an_unwritable_cache_polls_cause_no_requests(misbehaving: Misbehaving, cache_dir: Path) -> None:
    runs = store(misbehaving.address, cache_dir)
    (folder,) = cache_dir.iterdir()
    (folder / "runs-attempt.json").mkdir()  # a file written there cannot be moved into place
    eventually(lambda: runs.first_view(40).failure)
    eventually(lambda: runs.view().as_of)  # the first rows have no time yet: the others are on their way
    requests_before = len(misbehaving.requests)
    for _poll in range(20):
        assert runs.first_view(0.2).failure is not None
    assert len(misbehaving.requests) == requests_before


def test_a_cache_that_cannot_be_made_or_written_hides_no_run(tracking: Tracking, tmp_path: Path) -> None:
    run_id = tracking.run(tracking.experiment())
    (tmp_path / "file").write_text("in the way")
    runs = store(tracking.address, tmp_path / "file" / "cache")
    assert runs.first_view(40).runs is not None
    eventually(lambda: runs.view().as_of)  # the first rows have no time yet
    for view in (runs.view(), runs.refreshed_view(40), runs.view()):
        assert view.get(run_id) is not None
        assert view.as_of is not None
        assert view.failure is not None
        assert view.failure.service == "Clew's cache"


def test_a_running_run_that_becomes_invalid_stops_no_refresh(
    tracking: Tracking, misbehaving: Misbehaving, cache_dir: Path
) -> None:
    run_id = tracking.run(tracking.experiment(), status="RUNNING")
    runs = store(misbehaving.address, cache_dir)
    eventually(lambda: runs.view().as_of)
    misbehaving.alter = lambda path, body: body.replace(b'"status": "RUNNING"', b'"status": "DANCING"')
    view = runs.view_with(["gone"], 40)
    assert view.failure is None
    assert view.runs is not None
    assert run_id in {row.row for row in view.runs.bad_rows}
    tracking.end(run_id)
