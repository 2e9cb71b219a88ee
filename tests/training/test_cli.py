"""The command line as a person uses it: real processes, real signals, sentences instead of tracebacks."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

pytest.importorskip("torch")

from mlflow.entities import Run
from mlflow.tracking import MlflowClient

from training import cli
from training.scratch_server import free_port

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def signals() -> object:
    """Restores this process's signal handlers, which `main` replaces."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def start(uri: str, *arguments: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "training", "--algorithm", "PPO", "--size", "5", *arguments]
    environment = os.environ | {"MLFLOW_TRACKING_URI": uri}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)


def running(client: MlflowClient, experiment: str, episodes: int) -> Run:
    """Waits until the experiment's run has `episodes` episodes, and returns it."""
    deadline = time.monotonic() + 600
    while time.monotonic() < deadline:
        found = client.get_experiment_by_name(experiment)
        for run in client.search_runs([found.experiment_id]) if found else []:
            if len(client.get_metric_history(run.info.run_id, "episode_reward")) >= episodes:
                return run
        time.sleep(0.1)
    pytest.fail(f"no run of {experiment} reached {episodes} episodes")


def test_ctrl_c_ends_the_run_as_killed_and_registers_its_model(client: MlflowClient, mlflow_uri: str) -> None:
    with start(mlflow_uri, "--episodes", "500000", "--experiment", "interrupted") as process:
        run = running(client, "interrupted", 20)
        assert run.info.status == "RUNNING"  # numbers arrive while it trains
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=300)
    assert process.returncode == 130
    assert "Traceback" not in errors
    ended = client.get_run(run.info.run_id)
    assert ended.info.status == "KILLED"
    points = client.get_metric_history(run.info.run_id, "episode_reward")
    assert len(points) >= 20
    (version,) = client.search_model_versions(f"run_id = '{run.info.run_id}'")  # its result is not lost
    recorded = (version.tags["stopped"], version.tags["total_episodes"], version.tags["asked_episodes"])
    assert recorded == ("true", str(len(points)), "500000")
    # A slow machine may not end one held-out episode in the second after the stop: then neither is there.
    measured = version.tags.get("success_rate")
    assert ended.data.metrics.get("eval/success_rate") == (None if measured is None else float(measured))


def test_sigterm_ends_the_run_as_killed_too(
    client: MlflowClient, mlflow_uri: str, isolated_settings: pytest.MonkeyPatch
) -> None:
    isolated_settings.setenv("MLFLOW_TRACKING_URI", mlflow_uri)

    def terminate_this_process() -> None:
        try:
            running(client, "terminated", 1)
        finally:  # else `main` would train for ever
            os.kill(os.getpid(), signal.SIGTERM)

    terminator = threading.Thread(target=terminate_this_process)
    terminator.start()
    code = cli.main(["--algorithm", "DQN", "--size", "5", "--episodes", "500000", "--experiment", "terminated"])
    terminator.join()
    assert code == 143
    assert running(client, "terminated", 1).info.status == "KILLED"


def test_an_absent_mlflow_is_reported_in_one_sentence(
    isolated_settings: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    isolated_settings.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{free_port()}")
    assert cli.main(["--algorithm", "PPO"]) == 1
    errors = capsys.readouterr().err
    assert errors.count("\n") == 1
    assert "nothing answers there" in errors


def test_an_mlflow_that_never_answers_is_reported_without_waiting_for_it(
    isolated_settings: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        isolated_settings.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{silent.getsockname()[1]}")
        started = time.monotonic()
        assert cli.main(["--algorithm", "PPO"]) == 1
    assert time.monotonic() - started < 40
    assert "nothing answers there" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--algorithm", "A2C"], "invalid choice"),
        (["--algorithm", "PPO", "--episodes", "0"], "--episodes"),
        (["--algorithm", "PPO", "--size", "4"], "--size"),
        (["--algorithm", "PPO", "--episodes", "1000001"], "--episodes"),
        (["--algorithm", "PPO", "--steps-per-episode", "99"], "--steps-per-episode"),
        (["--seed", "3"], "--algorithm"),
        (["--algorithm", "PPO", "--seed", "x"], "--seed"),
        (["--algorithm", "DQN", "--setting", "nope"], "no setting 'nope'"),
    ],
)
def test_wrong_arguments_are_reported(
    arguments: list[str], sentence: str, isolated_settings: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main(arguments)
    assert end.value.code == 2
    assert sentence in capsys.readouterr().err


def test_a_wrong_setting_is_named(isolated_settings: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    isolated_settings.setenv("MLFLOW_PORT", "many")
    assert cli.main(["--algorithm", "PPO"]) == 2
    assert "MLFLOW_PORT='many'" in capsys.readouterr().err


def test_a_deleted_experiment_is_reported(
    client: MlflowClient, mlflow_uri: str, isolated_settings: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    client.delete_experiment(client.create_experiment("gone"))
    isolated_settings.setenv("MLFLOW_TRACKING_URI", mlflow_uri)
    assert cli.main(["--algorithm", "PPO", "--experiment", "gone"]) == 1
    assert "“gone” is deleted" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", "Invalid JSON"),
        ('{"values": {"algorithm": "PPO", "episodes": 0}}', "episodes"),
        ('{"values": {"algorithm": "PPO", "n_steps": 8, "n_envs": 1, "batch_size": 64}}', "batch_size"),
        ('{"values": {"algorithm": "PPO", "unheard": 1}}', "unheard"),
        (None, "cannot be read"),
    ],
)
def test_a_wrong_request_file_is_reported(
    content: str | None,
    sentence: str,
    isolated_settings: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "request.json"
    if content is not None:
        file.write_text(content)
    assert cli.main(["--request", str(file)]) == 2
    assert sentence in capsys.readouterr().err
