"""A training's numbers survive an MLflow that is away for a while."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from mlflow.tracking import MlflowClient

from domain.errors import BadInput
from training.scratch_server import free_port, mlflow_server
from training.stopping import StopRequest
from training.tracking import patience, run_log
from training.tracking.mlflow_client import connect
from training.tracking.patience import MlflowRetries, MlflowStayedUnavailable
from training.tracking.run_log import RunLog
from training.tracking.server import TrackingServer

ROOT = Path(__file__).parents[2]


class CuttableConnection:
    """Forwards TCP connections to a server; it can be cut and restored at the same address."""

    def __init__(self, target_port: int) -> None:
        self._target = target_port
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def cut(self) -> None:
        for each in (self._listener, *self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._open.clear()

    def restore(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, far = listener.accept()[0], socket.create_connection(("127.0.0.1", self._target))
                self._open += [near, far]
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)


@pytest.fixture
def connection_to_mlflow(mlflow_uri: str) -> Iterator[CuttableConnection]:
    connection_to_mlflow = CuttableConnection(int(mlflow_uri.rpartition(":")[2]))
    yield connection_to_mlflow
    connection_to_mlflow.cut()


def steps_of(client: MlflowClient, run_id: str, key: str = "episode_reward") -> list[tuple[int, float]]:
    return sorted((point.step, point.value) for point in client.get_metric_history(run_id, key))


def eventually(condition: Callable[[], object]) -> None:
    for _ in range(200):
        if condition():
            return
        time.sleep(0.1)
    pytest.fail("it did not come to that")


def test_points_are_sent_once_mlflow_is_back(
    connection_to_mlflow: CuttableConnection,
    client: MlflowClient,
    server: TrackingServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(run_log, "FLUSH_SECONDS", 0.02)
    monkeypatch.setattr(run_log, "RETRY_SECONDS", 0.05)
    run_id = server.create_run("0", "interrupted line", {})
    run = RunLog(
        TrackingServer.at(f"http://127.0.0.1:{connection_to_mlflow.port}"), run_id, tmp_path, {"seed": 7}, {"a": "b"}
    )
    run.start()
    run.metric("episode_reward", 0.5, 1)
    eventually(lambda: steps_of(client, run_id))
    connection_to_mlflow.cut()
    run.metric("episode_reward", 0.6, 2)
    eventually(lambda: "MLflow is away" in caplog.text)
    connection_to_mlflow.restore()
    run.metric("episode_reward", 0.7, 3)
    run.stop_sending()
    MlflowRetries(StopRequest(), tmp_path, lambda: None).until_done(lambda: run.end("FINISHED"))
    run.close()
    assert steps_of(client, run_id) == [(1, 0.5), (2, 0.6), (3, 0.7)]
    ended = client.get_run(run_id)
    assert (ended.info.status, ended.data.params, ended.data.tags["a"]) == ("FINISHED", {"seed": "7"}, "b")


def test_points_saved_before_a_crash_are_sent_later_and_once(
    client: MlflowClient, server: TrackingServer, tmp_path: Path
) -> None:
    run_id = server.create_run("0", "crashed", {})
    crashed = RunLog(server, run_id, tmp_path, {}, {})
    crashed.metric("loss", 1.0, 1)
    crashed.send_all()
    crashed.metric("loss", 2.0, 2)
    crashed.save()
    again = RunLog(server, run_id, tmp_path, {}, {})
    for step in (1, 2, 3):  # a checkpoint is older than the last reported step
        again.metric("loss", float(step), step)
    again.end("FINISHED")
    assert steps_of(client, run_id, "loss") == [(1, 1.0), (2, 2.0), (3, 3.0)]
    crashed.close()
    again.close()


def test_a_run_that_was_deleted_ends_its_training(server: TrackingServer, client: MlflowClient, tmp_path: Path) -> None:
    run_id = server.create_run("0", "deleted", {})
    client.delete_run(run_id)
    run = RunLog(server, run_id, tmp_path, {"seed": 7}, {})
    run._try()
    run.save()
    run._try()
    with pytest.raises(BadInput, match="deleted"):
        run.save()
    run.close()


def test_the_end_of_a_training_waits_for_mlflow_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "PAUSE_SECONDS", 0.01)
    alive: list[int] = []
    server = TrackingServer.at(f"http://127.0.0.1:{free_port()}")
    with pytest.raises(MlflowStayedUnavailable, match=r"stayed away.*runs"):
        MlflowRetries(StopRequest(), Path("runs"), lambda: alive.append(1), seconds=0.3).until_done(
            lambda: server.end_run("a", "FINISHED")
        )
    assert len(alive) > 3


@pytest.mark.thorough
def test_a_restart_of_mlflow_loses_nothing(tmp_path: Path) -> None:
    """The real server is killed while a real training goes on, and restarted at its end."""
    pytest.importorskip("torch")
    port = free_port()
    with mlflow_server(tmp_path, port) as uri:
        server = TrackingServer.at(uri)
        run_id = server.create_run("0", "restarted", {})
        folder = tmp_path / run_id
        folder.mkdir()
        values = {"algorithm": "PPO", "maze_size": 5, "episodes": 600, "n_epochs": 1}
        (folder / "request.json").write_text(json.dumps({"values": values}))
        variables = {"MLFLOW_TRACKING_URI": uri, "MLFLOW_RUN_ID": run_id, "CLEW_RUN_FOLDER": str(folder)}
        command = [sys.executable, "-m", "training", "--request", str(folder / "request.json")]
        log = (folder / "log.txt").open("wb")
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | variables, stderr=log)
        eventually(lambda: server.run(run_id).newest_steps)
    eventually(lambda: "MLflow is away" in (folder / "log.txt").read_text())
    with mlflow_server(tmp_path, port) as uri:
        assert process.wait(timeout=120) == 0, (folder / "log.txt").read_text()
        log.close()
        client = connect(uri)
        assert [step for step, _ in steps_of(client, run_id)] == list(range(1, 601))
        assert client.get_run(run_id).info.status == "FINISHED"
        assert [one.path for one in client.list_artifacts(run_id, "model")] == ["model/policy.onnx"]
