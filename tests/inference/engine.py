"""An engine as a real process, a Clew for it to query, and viewers."""

import json
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
from flask import Flask
from simple_websocket import Client, ConnectionClosed
from werkzeug.serving import make_server

from domain.errors.walks import NotAnsweredYet
from tests.gpus.monitor import free_port

ROOT = Path(__file__).parents[2]
Message = dict[str, Any]


@contextmanager
def listening(server: Flask) -> Iterator[str]:
    """Serves a Clew's whole app at an address."""
    http = make_server("127.0.0.1", 0, server, threaded=True)
    threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{http.server_port}"
    http.shutdown()
    http.server_close()


class Engine:
    """Runs `python -m inference` at `port`, a free one by default, with the Clew at `clew`."""

    def __init__(
        self, folder: Path, environment: dict[str, str], clew: str, settings: dict[str, str], port: int | None = None
    ) -> None:
        self.port = port or free_port()
        self.folder = folder
        ours = {"PYTHONPATH": str(ROOT), "CLEW_URL": clew, "INFERENCE_PORT": str(self.port)}
        with (folder / "log").open("ab") as log:
            command = [sys.executable, "-m", "inference"]
            everything = environment | ours | settings
            self.process = subprocess.Popen(command, cwd=folder, env=everything, stdout=log, stderr=log)
        self.wait_for(lambda health: health["status"] == "healthy")

    def end(self, number: int = signal.SIGTERM) -> float:
        """Sends a signal; returns the seconds until it had ended."""
        began = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(120)
        return time.monotonic() - began

    def call(self, method: str, path: str, **headers: str) -> tuple[int, Message]:
        """Returns the status and the JSON of a response."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return int(answer.status), dict(json.loads(answer.read()))
        except urllib.error.HTTPError as error:
            with error:
                return error.code, dict(json.loads(error.read()))

    def health(self) -> Message:
        return self.call("GET", "/health")[1]

    def wait_for(self, condition: Callable[[Message], bool], seconds: float = 240) -> Message:
        """Polls the health until it fulfils the condition and returns it; fails after `seconds` with the last one."""
        deadline, health = time.monotonic() + seconds, {}
        while time.monotonic() < deadline:
            try:
                health = self.health()
                if condition(health):
                    return health
            except OSError:
                assert self.process.poll() is None, self.log()
            time.sleep(0.05)
        raise AssertionError(f"not within {seconds} s: {health}\n{self.log()[-3000:]}")

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def children(self) -> list[psutil.Process]:
        """Returns the processes that run policies."""
        below = psutil.Process(self.process.pid).children(recursive=True)
        return [one for one in below if "policies.scores_child" in one.cmdline()]

    def threads(self) -> int:
        """Returns the number of threads of the serving process."""
        (worker,) = (one for one in psutil.Process(self.process.pid).children() if "inference" in one.cmdline())
        return int(worker.num_threads())

    def view(self, **headers: str) -> "Viewer":
        return Viewer(self.port, headers)


class Viewer(Client):  # type: ignore[misc]
    """Watches the engine; closes when its `with` ends."""

    def __init__(self, port: int, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"ws://127.0.0.1:{port}/ws/inference", headers=headers or {})

    def __enter__(self) -> "Viewer":
        return self

    def __exit__(self, *error: object) -> None:
        if self.connected:
            self.close()
        self.thread.join(40)

    def send_command(self, command: str, **more: object) -> None:
        """Sends a command."""
        self.send(json.dumps({"command": command} | more))

    def next(self, seconds: float = 240) -> Message:
        """Returns the next message; fails if none comes. A new policy takes a second or two, on a slow machine more."""
        return self.reports(seconds)[1]

    def reports(self, seconds: float = 240) -> tuple[list[float], Message]:
        """Returns the moments of the reports that a call takes long, and the message that it leads to."""
        deadline, moments = time.monotonic() + seconds, list[float]()
        while text := self.receive(timeout=max(0.0, deadline - time.monotonic())):
            message = dict(json.loads(text))
            if message.get("code") != NotAnsweredYet.code:
                return moments, message
            moments.append(time.monotonic())
        raise AssertionError(f"no message within {seconds} s, but {len(moments)} reports")

    def reset(self, **more: object) -> Message:
        """Starts a new episode; returns its step 0."""
        self.send_command("reset", **more)
        return self.next()

    def steps(self, seconds: float = 180) -> list[Message]:
        """Returns all messages until the episode is over."""
        deadline, steps = time.monotonic() + seconds, list[Message]()
        while not (steps and steps[-1].get("done")):
            assert time.monotonic() < deadline, steps[-1:]
            steps.append(self.next())
            assert "error" not in steps[-1], steps[-1]
        return steps

    def silence(self, seconds: float) -> list[Message]:
        """Returns the messages that arrive within that time."""
        deadline, messages = time.monotonic() + seconds, list[Message]()
        while (left := deadline - time.monotonic()) > 0:
            if text := self.receive(timeout=left):
                messages.append(json.loads(text))
        return messages

    def read_to_the_end(self) -> int:
        """Waits for the end of the connection; returns the close code (1006 or so if none was sent)."""
        with suppress(ConnectionClosed):
            while self.receive(timeout=120) is not None:
                pass
        assert not self.connected
        return int(self.close_reason)
