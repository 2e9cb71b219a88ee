"""A worker that is stopped, or whose gunicorn has died, while clients are connected."""

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.serving.sample_app import FILE_BYTES
from tests.serving.sample_server import ROOT, connect, read_answer, sample_server, wait_until

# Longer than `sample_server` waits for the end.
READERS = 10
UNLIMITED = ["--graceful-timeout", "600"]


def test_a_stopping_worker_does_not_wait_for_idle_connections(tmp_path: Path) -> None:
    with sample_server(tmp_path, arguments=UNLIMITED) as port:
        idle = [connect(port) for _ in range(3)]
        for client in idle:
            client.sendall(b"GET /health HTTP/1.1\r\nHost: h\r\n\r\n")
            assert read_answer(client)[1] == b"healthy"
    for client in idle:
        assert client.recv(1) == b""
        client.close()


def test_a_stopping_worker_does_not_wait_for_clients_that_have_their_response(tmp_path: Path) -> None:
    """One of them was answered while the worker was ending already."""
    with sample_server(tmp_path, arguments=UNLIMITED) as port:
        client = connect(port)
        client.sendall(b"GET /stop HTTP/1.1\r\nHost: h\r\n\r\n")
        assert read_answer(client)[1] == b"stops"
    client.close()


def test_responses_being_sent_arrive_completely_when_the_worker_stops(tmp_path: Path) -> None:
    begun, may_answer = threading.Barrier(READERS + 1), threading.Event()
    with ThreadPoolExecutor(READERS) as readers:
        with sample_server(tmp_path, arguments=UNLIMITED) as port:

            def received() -> int:
                with requests.get(f"http://127.0.0.1:{port}/file", stream=True, timeout=60) as answer:
                    begun.wait(60)
                    may_answer.wait(60)
                    return len(answer.content)

            answers = [readers.submit(received) for _ in range(READERS)]
            begun.wait(60)
            may_answer.set()
        assert {answer.result() for answer in answers} == {FILE_BYTES}


def test_no_worker_outlives_a_killed_gunicorn(tmp_path: Path) -> None:
    """A thread that waits until a client has room for its answer would keep the process alive for good."""
    with (
        sample_server(tmp_path, arguments=["--graceful-timeout", "1"]) as port,
        connect(port, receive_bytes=4096) as reader,
    ):
        worker = int(requests.get(f"http://127.0.0.1:{port}/pid", timeout=60).text)
        # Kept from reading, but not so slow that it is cut off: that would wake its thread, too.
        reader.sendall(b"GET /stream?n=3000 HTTP/1.1\r\nHost: h\r\n\r\n")
        assert reader.recv(1)
        os.kill(parent_of(worker), signal.SIGKILL)
        wait_until(lambda: not is_running(worker))


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("option", ["certfile='cert.pem'", "proxy_protocol='auto'", "http2_cleartext='upgrade'"])
def test_settings_for_the_work_of_a_proxy_are_refused_at_the_start(tmp_path: Path, option: str) -> None:
    """With TLS settings, it would have announced https and spoken http."""
    (tmp_path / "cert.pem").touch()
    configuration = tmp_path / "gunicorn.conf.py"
    configuration.write_text(
        "from serving.buffering_worker import BufferingWorker as worker_class\nbind = '127.0.0.1:0'\n"
        f"control_socket_disable = True\n{option}\n"
    )
    command = [sys.executable, "-m", "gunicorn", "--config", str(configuration), "tests.serving.sample_app:app"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 1
    assert "are for the proxy in front of Clew" in ended.stderr
    assert "Traceback" not in ended.stderr
