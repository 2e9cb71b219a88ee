"""Supervises child processes through supervisord (see configuration.py)."""

import ctypes
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from xmlrpc.client import Error, ServerProxy

from supervisor.xmlrpc import SupervisorTransport  # type: ignore[import-untyped]

_TREE = Path(__file__).parents[2]
_START_SECONDS = 15
_STOP_SECONDS = 10  # supervisord kills processes that have not ended after 5
_PR_SET_PDEATHSIG = 1


class SupervisorEnded(Exception):
    """supervisord did not start, or ended unexpectedly."""


@dataclass(frozen=True)
class Child:
    """The state of one program in supervisord; `pid` is 0 while there is no process."""

    name: str
    state: str
    pid: int
    exit_status: int


class Supervision:
    """supervisord as a context manager: it starts without programs, and everything is stopped at the end.

    It has its own session, so that a Ctrl-C or a closed terminal reaches the launcher only.
    """

    def __init__(self, configuration: str, state_dir: Path, environment: Mapping[str, str]) -> None:
        self._configuration = configuration
        self._state_dir = state_dir
        self._environment = environment
        self._children: dict[str, Child] = {}

    def __enter__(self) -> Self:
        self._run_dir = tempfile.TemporaryDirectory(prefix="clew-")
        file = Path(self._run_dir.name, "supervisord.conf")
        file.write_text(self._configuration)
        variables = {"CLEW_TREE": str(_TREE), "CLEW_RUN_DIR": self._run_dir.name, "PATH": _path()}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "supervisor.supervisord", "--configuration", str(file)],
            cwd=self._state_dir,
            env={**os.environ, **self._environment, **variables},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_end_with_parent if sys.platform == "linux" else None,
        )
        socket = f"unix://{self._run_dir.name}/supervisord.sock"
        self._transport = SupervisorTransport(None, None, socket)
        self._rpc: Any = ServerProxy("http://127.0.0.1", transport=self._transport).supervisor
        try:
            self._wait_until_it_answers()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop()

    def start(self, name: str) -> None:
        """Starts a program; supervisord keeps it alive from now on, unless its configuration disables that."""
        with suppress(Error):  # it has just started, or failed at once, as the next poll shows
            self._rpc.startProcess(f"clew:{name}", False)

    def poll(self) -> dict[str, Child]:
        """Returns the present state of the programs by name; also kills what dead ones left, and restarts those given
        up.

        Raises SupervisorEnded.
        """
        now = {child.name: child for child in self._read_children()}
        for name, child in now.items():
            before = self._children.get(name)
            if before and before.pid not in (0, child.pid):
                # The children of a killed process, such as gunicorn's workers, still hold its port.
                _kill_group(before.pid)
            if child.state == "FATAL":
                self.start(name)
        self._children = now
        return now

    def _read_children(self) -> list[Child]:
        try:
            answer = self._rpc.getAllProcessInfo()
        except (OSError, HTTPException, Error) as error:
            self._transport.close()  # else it would remain in the middle of this request
            raise SupervisorEnded(f"the supervisor does not answer: {error}") from error
        return [Child(one["name"], one["statename"], one["pid"], one["exitstatus"]) for one in answer]

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while self._process.poll() is None and time.monotonic() < deadline:
            with suppress(SupervisorEnded):
                self.poll()
                return
            time.sleep(0.1)
        raise SupervisorEnded("the supervisor did not start")

    def _stop(self) -> None:
        with suppress(SupervisorEnded):
            self.poll()
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for child in self._children.values():
            _kill_group(child.pid)
        self._run_dir.cleanup()


def _path() -> str:
    """Returns PATH with this Python's directory first, so that `python` in the configuration is this one."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])


def _end_with_parent() -> None:
    """Runs in the new process: makes Linux send it SIGTERM when the launcher ends, even by kill -9."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _kill_group(leader: int) -> None:
    """Kills the rest of the process group of a child; does nothing for pid 0."""
    if leader:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(leader, signal.SIGKILL)
