"""An experiment of another MLflow is copied whole, and once."""

import math
import signal
import time

from mlflow_api.run_writes import StoredRun
from tensorboard_import.copying.run_copy import PARENT, RUN
from tests.tensorboard_import.conftest import Target
from tests.tracking import Tracking


def test_an_experiment_is_copied_completely_and_once(target: Target, tracking: Tracking) -> None:
    experiment = tracking.experiment(f"{target.experiment}-original")
    parent = tracking.run(experiment, name="sweep", params={"lr": "0.1"}, status="FAILED", started_ms=1_700_000_000_000)
    child = tracking.run(
        experiment,
        name="seed 1",
        metrics={f"m{n:02}": [n, math.nan, math.inf, -1e300] * (900 if n == 3 else 1) for n in range(30)},
        tags={PARENT: parent, "mlflow.note.content": "good", "mlflow.user": "ada"},
        started_ms=1_700_000_001_000,
    )
    tracking.artifact(child, "videos/a b_step_3.txt", b"picture")
    tracking.artifact(child, "empty.txt", b"")
    long = bytes(range(256)) * 12_000
    tracking.artifact(child, "checkpoint.bin", long)
    copies = _copied(target, killed_after=(1.5, 2.5))
    assert {copy.tags[RUN] for copy in copies} == {parent, child}
    originals = {run.run_id: run for run in target.runs.search([experiment], "", 10)}
    for copy in copies:
        original = originals[copy.tags[RUN]]
        assert target.histories(copy) == target.histories(original)
        assert (copy.name, copy.params, copy.status) == (original.name, original.params, original.status)
        assert (copy.start_ms, copy.end_ms) == (original.start_ms, original.end_ms)
    by_name = {copy.name: copy for copy in copies}
    assert by_name["seed 1"].tags[PARENT] == by_name["sweep"].run_id
    assert by_name["seed 1"].tags["mlflow.note.content"] == "good"
    assert by_name["seed 1"].tags["mlflow.user"] == "ada"
    artifacts = target.artifacts
    assert artifacts.open(by_name["seed 1"].run_id, "videos/a b_step_3.txt").read() == b"picture"
    assert artifacts.open(by_name["seed 1"].run_id, "checkpoint.bin").read() == long
    assert artifacts.open(by_name["seed 1"].run_id, "empty.txt").read() == b""
    tracking.log(child, "m00", [1.0, 2.0, 3.0, 4.0, 5.0])
    assert {copy.run_id for copy in _copied(target)} == {copy.run_id for copy in copies}
    assert target.histories(target.run("seed 1")) == target.histories(target.runs.get(child))
    tracking.log(child, "m00", [9.0], first_step=-3)  # MLflow does not report a point before the last
    _copied(target, "--again")
    assert target.histories(target.run("seed 1")) == target.histories(target.runs.get(child))


def test_a_missing_experiment_is_named(target: Target) -> None:
    process = target.start("--from-mlflow", target.address, "--into", "anywhere")
    _out, stderr = process.communicate(timeout=120)
    assert process.returncode == 1
    assert f"has no experiment {target.experiment!r}" in stderr


def _copied(target: Target, *more: str, killed_after: tuple[float, ...] = ()) -> list[StoredRun]:
    """Returns the copies in the target, made by the command itself, killed some times before."""
    source = Target(target.address, f"{target.experiment}-original")
    arguments = ("--from-mlflow", target.address, "--into", target.experiment, *more)
    for moment in killed_after:
        process = source.start(*arguments)
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    process = source.start(*arguments)
    _out, stderr = process.communicate(timeout=240)
    assert process.returncode == 0, stderr
    return target.all_runs()
