"""A training's numbers survive an MLflow that goes away and comes back."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest
from mlflow.tracking import MlflowClient

from training import run_log
from training.run_log import RunLog
from training.tracking.mlflow_client import connect


class Line:
    """A TCP line to a server that can be cut and mended; the address stays the same."""

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

    def mend(self) -> None:
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
def line(mlflow_uri: str) -> Iterator[Line]:
    line = Line(int(mlflow_uri.rpartition(":")[2]))
    yield line
    line.cut()


def test_numbers_wait_while_mlflow_is_away(
    line: Line, client: MlflowClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(run_log, "FLUSH_SECONDS", 0.0)
    run = RunLog.start(connect(f"http://127.0.0.1:{line.port}"), "interrupted-line", "a run", {}, {})
    run.metric("episode_reward", 0.5, 1)
    run.flush_if_due()
    line.cut()
    run.metric("episode_reward", 0.6, 2)
    run.flush_if_due()
    assert "MLflow is away" in caplog.text
    line.mend()
    run.metric("episode_reward", 0.7, 3)
    run.end("FINISHED")
    found = client.get_metric_history(run.run_id, "episode_reward")
    assert sorted((point.step, point.value) for point in found) == [(1, 0.5), (2, 0.6), (3, 0.7)]
    assert client.get_run(run.run_id).info.status == "FINISHED"
