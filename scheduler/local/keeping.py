"""A training's keeper; `keeper.py` starts it. Standard library only."""

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from scheduler.local.disk import check_free_space
from scheduler.local.keeper_files import fill, last_lines, now_ms, reserve, write_whole
from scheduler.local.processes import boot_id, end_all_below, oom_kills, reap_all_but, send
from scheduler.local.stopping import ProgramStopper

POLL_SECONDS: Final = 0.2
_ENDING: Final = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
_WAKING: Final = {*_ENDING, signal.SIGCHLD}
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_OUT_OF_MEMORY: Final = ("MemoryError", "bad_alloc", "Cannot allocate memory", "not enough memory")
_libc = ctypes.CDLL(None, use_errno=True)


class Keeper:
    """One attempt of a training."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._spec: dict[str, Any] = json.loads((folder / "spec.json").read_text())
        self._started_ms = now_ms()
        self._is_interrupted = False
        self._killed_by_us = False
        self._oom_kills = [oom_kills()] * 2
        self._pid = os.getpid()

    def run(self) -> None:
        """Runs the attempt from the first record to the last."""
        reserve(self._folder / "exit.json.new")
        self._write_started(None)
        try:
            program = self._spawn()
        except (OSError, subprocess.SubprocessError) as error:
            self._write_exit(failure=f"{self._spec['command'][0]}: {getattr(error, 'strerror', None) or error}")
            return
        with suppress(OSError):  # a full disk must not end the training
            self._write_started(program.pid)
        self._wait(program.pid)
        send(program.pid, signal.SIGKILL)  # the group's number stays valid until its first process is reaped
        self._write_exit(code=program.wait())

    def _spawn(self) -> "subprocess.Popen[bytes]":
        """Starts the program in a session of its own, so that it ends with this process."""
        return subprocess.Popen(
            self._spec["command"],
            cwd=self._spec["directory"],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=self._prepare,
        )

    def _prepare(self) -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != self._pid:  # the parent was killed in between
            os._exit(1)
        for number in (*_WAKING, signal.SIGQUIT, signal.SIGPIPE):  # `nohup` may have changed them
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        if most := self._spec["memory_bytes"]:
            resource.setrlimit(resource.RLIMIT_DATA, (most, most))
        os.nice(self._spec["nice"])
        with suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("500")  # the kernel should kill this rather than the services

    def _wait(self, pid: int) -> None:
        """Waits until the program has ended, without reaping it."""
        stopping = ProgramStopper(self._folder, pid, self._spec)
        checked_at = time.monotonic()
        while os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None:
            woken = signal.sigtimedwait(_WAKING, POLL_SECONDS)
            if woken is not None and woken.si_signo in _ENDING:
                self._is_interrupted = True
            stopping.step(self._is_interrupted)
            if (now := time.monotonic()) - checked_at > 1:
                checked_at, self._oom_kills = now, [self._oom_kills[1], oom_kills()]
                reap_all_but(pid)
        self._killed_by_us = stopping.has_killed

    def _write_started(self, program_pid: int | None) -> None:
        write_whole(
            self._folder / "started.json",
            {
                "attempt": self._spec["attempt"],
                "keeper_pid": os.getpid(),
                "program_pid": program_pid,
                "boot_id": boot_id(),
                "at_ms": self._started_ms,
                "gpus": self._spec["gpus"],
            },
        )

    def _write_exit(self, code: int | None = None, failure: str | None = None) -> None:
        end_all_below()
        tail = last_lines(self._folder / "log.txt")
        record = {
            "attempt": self._spec["attempt"],
            "at_ms": now_ms(),
            "started_ms": self._started_ms,
            "exit_code": code if code is not None and code >= 0 else None,
            "signal": None if code is None or code >= 0 else _name(-code),
            "failure": failure,
            "is_out_of_memory": self._ran_out_of_memory(code, tail),
            "is_disk_full": bool(code and code > 0 and self._is_disk_full()),
            "was_stopped": (self._folder / "stop").exists(),
            "was_interrupted": self._is_interrupted,
            "tail": tail,
        }
        fill(self._folder / "exit.json.new", json.dumps(record, ensure_ascii=False).encode())
        os.rename(self._folder / "exit.json.new", self._folder / "exit.json")

    def _ran_out_of_memory(self, code: int | None, tail: list[str]) -> bool:
        if code == -signal.SIGKILL and not self._killed_by_us:
            return oom_kills() > self._oom_kills[0]
        was_refused = any(word in line for line in tail[-10:] for word in _OUT_OF_MEMORY)
        return bool(self._spec["memory_bytes"] and code and was_refused)

    def _is_disk_full(self) -> bool:
        try:
            check_free_space(self._folder)
        except OSError:
            return True
        return False


def main() -> None:
    """Keeps the training in the folder named on the command line."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _WAKING)
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    Keeper(Path(sys.argv[1])).run()


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time signal
        return f"signal {number}"
