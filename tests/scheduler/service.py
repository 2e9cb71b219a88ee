"""A scheduler as a real process, with requests over HTTP and viewers on its sockets."""

import json
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
from simple_websocket import Client, ConnectionClosed

from tests.gpus.monitor import free_port
from tests.misbehaving import eventually

ROOT = Path(__file__).parents[2]
OVER = ("done", "failed", "killed")
Message = dict[str, Any]


class Service:
    """Runs `python -m scheduler` at a free port, with its state in `folder`."""

    def __init__(self, folder: Path, environment: Mapping[str, str], settings: Mapping[str, str]) -> None:
        self.folder = folder
        self.port = free_port()
        ours = {"PYTHONPATH": str(ROOT), "SCHEDULER_PORT": str(self.port), "STATE_DIR": str(folder / "state")}
        self._environment = {**environment, **ours, **settings}
        try:
            self.run()
        except BaseException:
            self.end_all()
            raise

    def run(self, *, wait: bool = True) -> None:
        """Starts it (again)."""
        with (self.folder / "log").open("ab") as log:
            command = [sys.executable, "-m", "scheduler"]
            self.process = subprocess.Popen(command, cwd=self.folder, env=self._environment, stdout=log, stderr=log)
        if wait:
            self.wait_for(lambda health: health["is_read"])

    @property
    def runs(self) -> Path:
        return self.folder / "state" / "scheduler" / "runs"

    def kill(self) -> None:
        """Kills the scheduler and its workers with SIGKILL."""
        processes = [psutil.Process(self.process.pid), *self._workers()]
        for one in processes:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        self.process.wait(60)
        psutil.wait_procs(processes[1:], 60)

    def end(self, number: int = signal.SIGTERM) -> None:
        if self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(120)

    def memory(self) -> int:
        """Returns the memory of the serving process in bytes."""
        return max(int(one.memory_info().rss) for one in self._workers())

    def _workers(self) -> list[psutil.Process]:
        below = psutil.Process(self.process.pid).children()
        return [one for one in below if "keeper.py" not in " ".join(one.cmdline())]

    def call(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Message]:
        """Returns the status and the JSON of a response."""
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        given = {"Content-Type": "application/json", **(headers or {})}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, given, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return int(answer.status), dict(json.loads(answer.read()))
        except urllib.error.HTTPError as error:
            with error:
                return error.code, dict(json.loads(error.read()))

    def get(self, path: str) -> Message:
        status, answer = self.call("GET", path)
        assert status == 200, answer
        return answer

    def post(self, path: str, status: int = 200, **body: object) -> Message:
        """Posts a request; returns the answer, which must have this status."""
        found, answer = self.call("POST", f"/api/training/{path}", body)
        assert found == status, answer
        return answer

    def start(self, **body: object) -> str:
        return str(self.post("start", **body)["run_id"])

    def training(self, run_id: str) -> Message:
        return self.get(f"/api/training/runs/{run_id}")

    def state(self, run_id: str) -> str:
        return str(self.training(run_id)["state"])

    def trainings(self) -> list[Message]:
        return list(self.get("/api/training/runs")["trainings"])

    def until(self, run_id: str, *states: str, seconds: float = 180) -> Message:
        """Returns the training once it is in one of these states."""
        deadline, known = time.monotonic() + seconds, Message()
        while time.monotonic() < deadline:
            known = self.training(run_id)
            if known["state"] in states:
                return known
            time.sleep(0.05)
        raise AssertionError(f"not {states} within {seconds} s: {known}\n{self.log()[-3000:]}")

    def wait_for(self, condition: Callable[[Message], bool], seconds: float = 180) -> Message:
        """Polls the health until it fulfils the condition and returns it; fails after `seconds` with the last one."""
        deadline, health = time.monotonic() + seconds, Message()
        while time.monotonic() < deadline:
            try:
                health = self.get("/health")
                if condition(health):
                    return health
            except OSError:
                assert self.process.poll() is None, self.log()
            time.sleep(0.05)
        raise AssertionError(f"not within {seconds} s: {health}\n{self.log()[-3000:]}")

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def training_log(self, run_id: str) -> str:
        path = self.runs / run_id / "log.txt"
        return path.read_text() if path.exists() else ""

    def written(self, run_id: str, text: str, seconds: float = 180) -> None:
        """Waits until the log of a training contains `text`."""
        deadline = time.monotonic() + seconds
        while text not in self.training_log(run_id):
            assert time.monotonic() < deadline, (self.training(run_id), self.training_log(run_id), self.log()[-2000:])
            time.sleep(0.02)

    def keeper(self, run_id: str) -> psutil.Process:
        return psutil.Process(self._recorded_pid(run_id, "keeper_pid"))

    def program(self, run_id: str) -> psutil.Process:
        return psutil.Process(self._recorded_pid(run_id, "program_pid"))

    def _recorded_pid(self, run_id: str, name: str) -> int:
        """Waits until a process has an id: the program's is null at first, which psutil takes for this process."""
        pids: list[int] = []

        def is_recorded() -> bool:
            pid = json.loads((self.runs / run_id / "started.json").read_text())[name]
            pids.extend([] if pid is None else [pid])
            return bool(pids)

        eventually(is_recorded)
        return pids[-1]

    def until_gone(self, run_id: str) -> None:
        """Waits until no process of a training lives: give it longer to live than this waits. A killed one takes a moment to end."""
        eventually(lambda: self.processes(run_id) == [])

    def processes(self, run_id: str) -> list[psutil.Process]:
        """Returns all living processes of a training."""
        return [one for one in psutil.process_iter() if _folder_of(one) == str(self.runs / run_id)]

    def view(self, run_id: str, headers: Mapping[str, str] | None = None) -> "Viewer":
        return Viewer(f"ws://127.0.0.1:{self.port}/ws/training/{run_id}", headers)

    def end_all(self) -> None:
        """Ends it and its trainings."""
        self.end()
        if self.runs.exists():
            for folder in self.runs.iterdir():
                for process in self.processes(folder.name):
                    with suppress(psutil.NoSuchProcess):
                        process.kill()


class Viewer(Client):  # type: ignore[misc]
    """Watches one training; closes when its `with` ends."""

    def __init__(self, address: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(address, headers=dict(headers or {}))

    def __enter__(self) -> "Viewer":
        return self

    def __exit__(self, *error: object) -> None:
        with suppress(ConnectionClosed):
            self.close()
        self.thread.join(40)

    def next(self, seconds: float = 180) -> Message:
        text = self.receive(timeout=seconds)
        assert text is not None, f"no message within {seconds} s"
        return dict(json.loads(text))

    def until(self, condition: Callable[[Message], bool], seconds: float = 180) -> Message:
        """Returns the first message that fulfils the condition."""
        deadline, news = time.monotonic() + seconds, Message()
        while time.monotonic() < deadline:
            news = self.next()
            if condition(news):
                return news
        raise AssertionError(f"not within {seconds} s: {news}")


def _folder_of(process: psutil.Process) -> str | None:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return str(process.environ().get("CLEW_RUN_FOLDER", ""))
    except psutil.Error:
        return None
