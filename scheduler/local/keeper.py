"""`python -I -S keeper.py FOLDER`: starts one training's program, waits for it, and writes down how it ended.

It holds the folder's lock, which the scheduler handed it: locked means alive, whatever was killed. Free of all that is
not Python's own: it starts in less than 0.1 s, and outlives the scheduler that started it.
"""

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

POLL_SECONDS: Final = 0.2
SPARE_BYTES: Final = 32 * 2**10
TAIL_LINES: Final = 50
TAIL_CHARACTERS: Final = 5_000
_TAIL_BYTES: Final = 64 * 2**10
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
        """From the first record to the last."""
        reserve(self._folder / "exit.json.new")
        self._write_started(None)
        try:
            program = self._spawn()
        except (OSError, subprocess.SubprocessError) as error:
            self._write_exit(failure=f"{self._spec['command'][0]}: {getattr(error, 'strerror', None) or error}")
            return
        with suppress(OSError):  # a full disk is no reason to end what runs
            self._write_started(program.pid)
        self._wait(program.pid)
        send(program.pid, signal.SIGKILL)  # the group keeps its number for as long as its first process is not reaped
        self._write_exit(code=program.wait())

    def _spawn(self) -> "subprocess.Popen[bytes]":
        """In a session of its own, and not to outlive this process."""
        return subprocess.Popen(
            self._spec["command"],
            cwd=self._spec["directory"],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=self._prepare,
        )

    def _prepare(self) -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != self._pid:  # killed in between
            os._exit(1)
        for number in (*_WAKING, signal.SIGQUIT, signal.SIGPIPE):  # as `nohup` may have left them
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        if most := self._spec["memory_bytes"]:
            resource.setrlimit(resource.RLIMIT_DATA, (most, most))
        os.nice(self._spec["nice"])
        with suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("500")  # rather this than the services beside it

    def _wait(self, pid: int) -> None:
        """Until the program has ended; it is not reaped then."""
        stopping = _Stopping(self._folder, pid, self._spec)
        looked_at = time.monotonic()
        while os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None:
            woken = signal.sigtimedwait(_WAKING, POLL_SECONDS)
            if woken is not None and woken.si_signo in _ENDING:
                self._is_interrupted = True
            stopping.step(self._is_interrupted)
            if (now := time.monotonic()) - looked_at > 1:
                looked_at, self._oom_kills = now, [self._oom_kills[1], oom_kills()]
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


class _Stopping:
    """How a program is asked to end: SIGINT, and by force once it shows no sign of life any more."""

    def __init__(self, folder: Path, pid: int, spec: dict[str, Any]) -> None:
        self._folder, self._pid = folder, pid
        self._silence, self._most = float(spec["silent_seconds"]), float(spec["stop_seconds"])
        self._began = self._sign_at = self._terminated_at = 0.0
        self._signs: list[tuple[int, int] | None] = []
        self.has_killed = False

    def step(self, is_interrupted: bool) -> None:
        """What is due by now; to be called several times a second."""
        now = time.monotonic()
        if not self._began:
            if is_interrupted or (self._folder / "stop").exists():
                self._began = self._sign_at = now
                self._signs = self._read_signs()
                send(self._pid, signal.SIGINT, whole_group=False)
            return
        if (signs := self._read_signs()) != self._signs:
            self._signs, self._sign_at = signs, now
        if now - self._began > self._most or (self._terminated_at and now - self._terminated_at > self._silence):
            self.has_killed = True
            send(self._pid, signal.SIGKILL)
        elif not self._terminated_at and now - self._sign_at > self._silence:
            self._terminated_at = now
            send(self._pid, signal.SIGTERM)

    def _read_signs(self) -> list[tuple[int, int] | None]:
        return [stamp(self._folder / name) for name in ("log.txt", "progress.jsonl", "alive")]


def send(pid: int, number: signal.Signals, *, whole_group: bool = True) -> None:
    """Sends a signal to a program or to its whole group."""
    with suppress(ProcessLookupError, PermissionError):
        (os.killpg if whole_group else os.kill)(pid, number)


def end_all_below() -> None:
    """Ends what the program left behind in groups of its own."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and (left := list(children())):
        for pid in left:
            send(pid, signal.SIGKILL, whole_group=False)
        reap_all_but(0)
        time.sleep(0.02)


def children() -> Iterator[int]:
    """The processes below this one, orphans of its program included."""
    for task in Path("/proc/self/task").iterdir():
        with suppress(OSError):
            yield from map(int, (task / "children").read_text().split())


def reap_all_but(program: int) -> None:
    """Takes in the orphans of the program that have ended."""
    for pid in children():
        if pid != program:
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)


def stamp(path: Path) -> tuple[int, int] | None:
    """Size and time of change of a file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


def last_lines(path: Path, lines: int = TAIL_LINES, characters: int = TAIL_CHARACTERS) -> list[str]:
    """The last lines of a log, each as a terminal would leave it."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES))
            text = file.read().decode(errors="replace")
    except OSError:
        return []
    kept: list[str] = []
    for line in reversed([one.rpartition("\r")[2] for one in text.replace("\r\n", "\n").splitlines()][-lines:]):
        characters -= len(line) + 1
        if characters < 0:
            break
        kept.insert(0, line)
    return kept


def reserve(path: Path) -> None:
    """Takes room on the disk for the last record, which is to be written also when the disk is full by then."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(descriptor, b"\0" * SPARE_BYTES)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def fill(path: Path, content: bytes) -> None:
    """Writes into the room that `reserve` took."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.pwrite(descriptor, content, 0)
        os.ftruncate(descriptor, len(content))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_whole(path: Path, record: dict[str, Any]) -> None:
    """Puts a file in place at once."""
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    fill(new, json.dumps(record).encode())
    os.rename(new, path)


def boot_id() -> str:
    """What tells this boot of the machine from others."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def oom_kills() -> int:
    """How many processes the kernel has killed for their memory since the machine booted."""
    with suppress(OSError, ValueError):
        for line in Path("/proc/vmstat").read_text().splitlines():
            if line.startswith("oom_kill "):
                return int(line.split()[1])
    return 0


def now_ms() -> int:
    """Unix ms."""
    return time.time_ns() // 1_000_000


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time signal
        return f"signal {number}"


def main() -> None:
    """Keeps the training of the folder named on the command line."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _WAKING)
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    Keeper(Path(sys.argv[1])).run()


if __name__ == "__main__":
    main()
