"""A cluster at its worst, with a server that answers as Ray's does: nothing starts twice, all ends are true."""

import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.errors import BadResponse, ClewError, ServiceUnavailable
from domain.errors.connections import CredentialsRefused, TimedOut
from domain.errors.trainings.cluster import ClusterFailed, MlflowOutOfReach
from domain.errors.trainings.reasons import NotLaunched
from scheduler.backends.backend import Absent, Exited, Lost, ResourceRequest
from scheduler.ray_jobs import job_stop, job_watch, jobs_api, log_copy, watched_job
from scheduler.ray_jobs.ray_backend import RayBackend
from tests.scheduler.fake_ray import FakeRay
from tests.scheduler.ray_backends import is_over, is_running, is_waiting, python, ray_backend, status, until
from tests.scheduler.test_cluster_checkpoints import new_run, put, runs_of
from transport.http_client import JsonService

SLEEP = "import time; print('up'); time.sleep(60)"
QUICK = "print('done')"


@pytest.fixture
def ray(tmp_path: Path) -> Iterator[FakeRay]:
    (tmp_path / "ray").mkdir()
    with FakeRay(tmp_path / "ray") as server:
        yield server


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    return tmp_path / "runs"


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_watch, "EACH_SECONDS", 0.1)
    monkeypatch.setattr(log_copy, "EACH_SECONDS", 0.2)
    monkeypatch.setattr(watched_job, "LOST_AFTER_SECONDS", 0.5)
    monkeypatch.setattr(job_stop, "STOP_EACH_SECONDS", 0.2)


def test_a_submission_whose_response_is_lost_is_found_by_its_id(ray: FakeRay, runs: Path) -> None:
    ray.after = lambda method, path: (0, b"") if (method, path) == ("POST", "/api/jobs/") else None
    with ray_backend(ray.address, runs) as backend:
        backend.launch(python(QUICK))
        assert until(backend, is_over) == Exited(ray.jobs["r1-1"].end_time or 0, 0)
    assert len(ray.submitted) == 1


@pytest.mark.parametrize("answer", [(500, b"boom"), (200, b"<html>It works!</html>"), (200, b"{"), (503, b"")])
def test_a_submission_with_an_invalid_response_is_found_by_its_id(
    ray: FakeRay, runs: Path, answer: tuple[int, bytes]
) -> None:
    ray.after = lambda method, path: answer if (method, path) == ("POST", "/api/jobs/") else None
    with ray_backend(ray.address, runs) as backend:
        backend.launch(python(QUICK))
        assert until(backend, is_over).exit_code == 0
    assert len(ray.submitted) == 1


def test_an_attempt_launched_repeatedly_is_submitted_once(ray: FakeRay, runs: Path) -> None:
    """This includes a scheduler that was killed after Ray accepted it and before it got the answer."""
    with ray_backend(ray.address, runs) as backend:
        backend.launch(python(SLEEP))
        backend.launch(python(SLEEP))
    (runs / "r1" / "cluster.json").unlink()
    with ray_backend(ray.address, runs) as backend:
        backend.launch(python(SLEEP))
        until(backend, is_running)
    assert len(ray.submitted) == 1


def test_the_next_attempt_has_its_own_id_and_appends_to_the_log(ray: FakeRay, runs: Path) -> None:
    with ray_backend(ray.address, runs) as backend:
        for attempt in (1, 2):
            backend.launch(python(f"print('attempt', {attempt})", attempt=attempt))
            until(backend, is_over, attempt=attempt)
        lines = backend.log("r1", 2).part(None, 100).lines
    assert [one for one in lines if one.startswith("attempt")] == ["attempt 1", "attempt 2"]
    assert [body["submission_id"] for body in ray.submitted] == ["r1-1", "r1-2"]


def test_a_job_not_submitted_is_absent_and_can_be_launched_later(ray: FakeRay, runs: Path) -> None:
    ray.instead = lambda method, path: (500, b"boom\n") if method == "POST" else None
    with ray_backend(ray.address, runs) as backend:
        with pytest.raises(ServiceUnavailable, match="boom"):
            backend.launch(python(QUICK))
        assert until(backend, is_over) == Absent()
        ray.instead = lambda method, path: None
        backend.launch(python(QUICK))
        assert until(backend, is_over).exit_code == 0


def test_a_job_cancelled_while_its_submission_is_unknown_is_stopped(
    ray: FakeRay, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cancel came between the lost answer and the next attempt."""
    monkeypatch.setattr(watched_job, "DOUBT_SECONDS", 0.5)
    ray.after = lambda method, path: (0, b"") if path.startswith("/api/jobs/") else None
    with ray_backend(ray.address, runs) as backend:
        with pytest.raises(ServiceUnavailable):
            backend.launch(python(SLEEP))
        ray.after = lambda method, path: None
        until_stopped(ray, "r1-1")


def test_a_job_cancelled_after_a_lost_response_is_stopped_once_it_appears(ray: FakeRay, runs: Path) -> None:
    assert watched_job.DOUBT_SECONDS >= 30
    ray.after = lambda method, path: (0, b"") if path.startswith("/api/jobs/") else None
    with ray_backend(ray.address, runs) as backend:
        with pytest.raises(ServiceUnavailable):
            backend.launch(python(SLEEP))
        backend.withdraw("r1")
        ray.after = lambda method, path: None
        until_stopped(ray, "r1-1")


@pytest.mark.parametrize("has_logged", [False, True])
def test_a_waiting_job_lost_in_a_double_restart_is_absent_unless_it_has_logged(
    ray: FakeRay, runs: Path, mlflow_address: str, has_logged: bool
) -> None:
    kept = runs_of(mlflow_address)
    run_id = new_run(kept)
    ray.cpus = 0
    with ray_backend(ray.address, runs, mlflow_tracking_uri=mlflow_address) as backend:
        backend.launch(python(QUICK, run_id=run_id))
        until(backend, is_waiting, run_id)
        until(backend, lambda _: (runs / run_id / "cluster.json").read_text().count('"was_seen":true') == 1, run_id)
    ray.forget_all()
    ray.cpus = 4
    if has_logged:
        put(mlflow_address, run_id, "model/policy.onnx")
    with ray_backend(ray.address, runs, mlflow_tracking_uri=mlflow_address) as backend:
        found = until(backend, is_over, run_id)
        assert found == (Lost() if has_logged else Absent())


def test_uncertain_submissions_run_after_a_restart_only_if_still_wanted(
    ray: FakeRay, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was killed before it knew whether Ray has them; one of the two was cancelled meanwhile."""
    ray.after = lambda method, path: (0, b"") if path.startswith("/api/jobs/") else None
    with ray_backend(ray.address, runs) as backend:
        for run_id, code in (("wanted", "import time; time.sleep(3)"), ("cancelled", SLEEP)):
            with pytest.raises(ServiceUnavailable):
                backend.launch(python(code, run_id=run_id))
    ray.after = lambda method, path: None
    monkeypatch.setattr(watched_job, "DOUBT_SECONDS", 4.0)  # the wanted one may be requested within this time
    with ray_backend(ray.address, runs) as backend:
        until(backend, lambda found: is_running(found) or is_over(found), "wanted")  # a busy machine sees its end first
        until_there_is_room(backend)
        assert until(backend, is_over, "wanted").exit_code == 0
        until_stopped(ray, "cancelled-1")


def test_a_job_that_appears_after_it_was_reported_absent_is_stopped(
    ray: FakeRay, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its scheduler was killed, and Ray accepted its submission later: by then the next attempt has begun."""
    monkeypatch.setattr(watched_job, "LATE_SECONDS", 2.0)  # a first poll of it comes before that
    ray.instead = lambda method, path: (0, b"") if path.startswith("/api/jobs/") else None
    with ray_backend(ray.address, runs) as backend, pytest.raises(ServiceUnavailable):
        backend.launch(python(SLEEP))
    ray.instead = lambda method, path: None
    with ray_backend(ray.address, runs) as backend:
        assert is_waiting(until(backend, lambda found: not isinstance(found, ClewError)))
        assert until(backend, is_over) == Absent()
        with ray_backend(ray.address, runs / "as-was-sent") as sent:
            sent.launch(python(SLEEP))
        until_stopped(ray, "r1-1")


def test_a_refused_submission_ends_the_training_with_rays_message(ray: FakeRay, runs: Path) -> None:
    refusal = (400, b"Traceback (most recent call last):\n  File x\nTypeError: entrypoint_num_gpus must be a number\n")
    ray.instead = lambda method, path: refusal if method == "POST" else None
    with ray_backend(ray.address, runs) as backend:
        backend.launch(python(QUICK))
        found = status(backend)
    assert isinstance(found, Exited)
    assert isinstance(found.failure, NotLaunched)
    assert "entrypoint_num_gpus must be a number" in str(found.failure)


@pytest.mark.parametrize("value", ["\0", "\ud800"])
def test_a_command_that_no_shell_can_represent_is_not_submitted(ray: FakeRay, runs: Path, value: str) -> None:
    with ray_backend(ray.address, runs) as backend:
        backend.launch(python(QUICK, value))
        found = status(backend)
    assert isinstance(found, Exited)
    assert isinstance(found.failure, NotLaunched)
    assert not ray.submitted


def test_a_stop_of_a_waiting_job_is_repeated_until_it_takes_effect(ray: FakeRay, runs: Path) -> None:
    """Ray answers `stopped: true`, and runs it afterwards. A scheduler that was killed meanwhile still stops it."""
    ray.cpus = 0
    with ray_backend(ray.address, runs) as backend:
        backend.launch(python(SLEEP))
        until(backend, lambda found: is_waiting(found) and "waiting for resources" in str(found.reason))
        backend.stop("r1", 1, "ada")
        while not ray.times("POST", "/stop"):
            time.sleep(0.02)
        assert is_waiting(status(backend))
    ray.cpus = 4
    with ray_backend(ray.address, runs) as backend:
        found = until(backend, is_over)
    assert isinstance(found, Exited)
    assert found.was_stopped


def test_a_stop_lets_the_program_export_first(ray: FakeRay, runs: Path) -> None:
    code = (
        "import sys, time\ntry:\n    print('up'); time.sleep(60)\nexcept KeyboardInterrupt:\n"
        "    time.sleep(0.5); print('exported'); sys.exit(130)"
    )
    with ray_backend(ray.address, runs) as backend:
        backend.launch(python(code))
        until(backend, is_running)
        while "up" not in ray.jobs["r1-1"].log.read_text():
            time.sleep(0.02)
        backend.stop("r1", 1, None)
        found = until(backend, is_over)
        assert found.was_stopped
        assert "exported" in backend.log_tail("r1")
    variables = ray.submitted[0]["runtime_env"]["env_vars"]
    assert (variables["RAY_JOB_STOP_SIGNAL"], variables["RAY_JOB_STOP_WAIT_TIME_S"]) == ("SIGINT", "60")


def test_a_job_that_timed_out_waiting_in_ray_is_submitted_again(ray: FakeRay, runs: Path) -> None:
    """After 15 minutes without room Ray reports that the job failed; no part of it ever ran."""
    ray.cpus = 0
    with ray_backend(ray.address, runs) as backend:
        backend.launch(python(QUICK))
        until(backend, is_waiting)
        ray.jobs["r1-1"].end(
            "FAILED",
            "Job supervisor actor failed to start within 900.0 seconds.",
            None,
            "JOB_SUPERVISOR_ACTOR_START_TIMEOUT",
        )
        while len(ray.submitted) < 2:
            assert is_waiting(status(backend))
            time.sleep(0.05)
        ray.cpus = 1
        assert until(backend, is_over).exit_code == 0


def test_a_running_job_forgotten_by_the_cluster_is_reported_as_lost(ray: FakeRay, runs: Path) -> None:
    with ray_backend(ray.address, runs) as backend:
        backend.launch(python(SLEEP))
        until(backend, is_running)
        ray.forget_all()
        assert until(backend, is_over) == Lost()
    with ray_backend(ray.address, runs) as backend:  # a scheduler that was away meanwhile finds the same
        assert until(backend, is_over) == Lost()


def test_a_job_is_unknown_but_not_lost_while_the_cluster_is_unresponsive(
    ray: FakeRay, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_api, "CALL_SECONDS", 5.0)
    with ray_backend(ray.address, runs) as backend:
        backend.launch(python(SLEEP))
        until(backend, is_running)
        ray.frozen.set()
        error = until(backend, lambda found: isinstance(found, ClewError))
        assert isinstance(error, TimedOut)
        while why_no_room(backend) is None:  # it answered that request so far
            time.sleep(0.02)
        began = time.monotonic()
        with pytest.raises(ServiceUnavailable):
            backend.room([], wants_gpus=False)
        backend.stop("r1", 1, None)
        assert time.monotonic() - began < 4
        ray.frozen.clear()
        assert until(backend, is_over).was_stopped


@pytest.mark.parametrize(
    "answer",
    [
        (200, b"<html>It works!</html>"),
        (200, b'{"submission_id": "r1-1", "status": "EXPLODED"}'),
        (200, b'{"submission_id": "another", "status": "FAILED"}'),
        (200, b"[]"),
        (404, b"<html>no such page</html>"),
        (302, b""),
    ],
)
def test_an_invalid_status_response_is_reported_and_ends_no_job(
    ray: FakeRay, runs: Path, answer: tuple[int, bytes]
) -> None:
    with ray_backend(ray.address, runs) as backend:
        backend.launch(python(SLEEP))
        until(backend, is_running)
        ray.instead = lambda method, path: answer if path.endswith("r1-1") else None
        assert isinstance(until(backend, lambda found: isinstance(found, ClewError)), BadResponse)
        ray.instead = lambda method, path: None
        until(backend, is_running)


def test_a_server_that_is_not_ray_is_reported(ray: FakeRay, runs: Path) -> None:
    ray.instead = lambda method, path: (200, b'{"status": "healthy"}')
    with ray_backend(ray.address, runs) as backend:
        error = until_there_is_room(backend)
    assert isinstance(error, BadResponse)
    assert error.field == "ray_version"


def until_stopped(ray: FakeRay, submission_id: str) -> None:
    deadline = time.monotonic() + 50
    while ray.jobs[submission_id].status != "STOPPED":
        assert time.monotonic() < deadline
        time.sleep(0.05)


def until_there_is_room(backend: RayBackend) -> ClewError | None:
    while isinstance(error := why_no_room(backend), TimedOut):
        time.sleep(0.02)
    return error


def why_no_room(backend: RayBackend) -> ClewError | None:
    try:
        backend.room([], wants_gpus=True)
    except ClewError as error:
        return error
    return None


def test_a_wrong_token_is_named(ray: FakeRay, runs: Path) -> None:
    ray.instead = lambda method, path: (401, b"Unauthorized")
    settings = {"ray_jobs_token": "s3cret", "ray_jobs_headers": '{"X-Team": "rl"}'}
    with ray_backend(ray.address, runs, **settings) as backend, pytest.raises(CredentialsRefused):
        backend.launch(python(QUICK))
    assert ray.headers[-1]["authorization"] == "Bearer s3cret"
    assert ray.headers[-1]["x-team"] == "rl"


def test_a_remote_cluster_is_refused_while_mlflow_is_on_loopback(runs: Path) -> None:
    with ray_backend("http://ray-head.example:8265", runs) as backend, pytest.raises(MlflowOutOfReach):
        backend.room([], wants_gpus=False)


def test_killed_jobs_and_those_the_cluster_ended_are_distinguished(ray: FakeRay, runs: Path) -> None:
    with ray_backend(ray.address, runs) as backend:
        backend.launch(python("import os; os.kill(os.getpid(), 9)"))
        assert until(backend, is_over).signal == signal.SIGKILL.name
        backend.launch(python(SLEEP, run_id="r2"))
        until(backend, is_running, "r2")
        ray.jobs["r2-1"].end("FAILED", "Job supervisor actor died: node 7", None, "JOB_SUPERVISOR_ACTOR_DIED")
        found = until(backend, is_over, "r2")
    assert isinstance(found.failure, ClusterFailed)
    assert found.was_interrupted
    assert "node 7" in str(found.failure)


def test_a_growing_log_is_copied_with_each_byte_once(ray: FakeRay, runs: Path) -> None:
    code = "import time\nfor n in range(40):\n    print('line', n); time.sleep(0.25)"
    with ray_backend(ray.address, runs) as backend:
        backend.launch(python(code))
        log = backend.log("r1", 1)
        deadline = time.monotonic() + 60
        while not (seen := [one for one in log.part(None, 100).lines if one.startswith("line")]):
            backend.log("r1", 1)
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert len(seen) < 40
        until(backend, is_over)
        lines = [one for one in log.part(None, 100).lines if one.startswith("line")]
    assert lines == [f"line {n}" for n in range(40)]


def test_a_log_that_two_threads_read_at_once_is_copied_once(ray: FakeRay, runs: Path, tmp_path: Path) -> None:
    """One reads logs now and then; another reads the rest when it sees that the job has ended."""
    with ray_backend(ray.address, runs) as backend:
        backend.launch(python("print('only line')"))
        until(backend, is_over)
    ray.after = lambda method, path: time.sleep(1)  # both begin before either has an answer
    copied = tmp_path / "copy.txt"
    copy = log_copy.LogCopy(jobs_api.JobsApi(JsonService("Ray", ray.address), {}), "r1-1", copied, 0)
    readers = [threading.Thread(target=copy.read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join(60)
    assert copied.read_text().count("only line") == 1


def test_no_job_is_submitted_while_the_disk_cannot_be_written(ray: FakeRay, runs: Path) -> None:
    runs.write_text("a file where the folder should be")
    with ray_backend(ray.address, runs) as backend:
        for attempt in (backend.check_writable, lambda: backend.launch(python(QUICK))):
            with pytest.raises(ServiceUnavailable):
                attempt()
    assert not ray.submitted


def test_only_variables_meant_for_the_job_are_submitted_and_no_credentials(
    ray: FakeRay, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/only/here")
    ours = {"PATH": "/only/here", "MLFLOW_RUN_ID": "r1", "MLFLOW_TRACKING_URI": "http://127.0.0.1:5050", "SEED": "7"}
    settings = {"mlflow_url": "https://ada:pw@mlflow.example.com/"}
    with ray_backend(ray.address, runs, **settings) as backend:
        backend.launch(python(QUICK, environment=ours, needs=ResourceRequest(2, 1)))
    body = ray.submitted[0]
    variables = {name: text for name, text in body["runtime_env"]["env_vars"].items() if not name.startswith("RAY_")}
    assert variables == {"MLFLOW_RUN_ID": "r1", "MLFLOW_TRACKING_URI": "https://mlflow.example.com", "SEED": "7"}
    assert (body["entrypoint_num_cpus"], body["entrypoint_num_gpus"]) == (2, 1)
    assert body["metadata"] == {"clew_run_id": "r1", "clew_attempt": "1"}
