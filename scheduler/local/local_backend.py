"""This machine as a place where trainings run; it implements `scheduler.backends.backend`."""

import errno
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from domain.errors.names import TheScheduler
from domain.errors.services import StartFailed
from domain.errors.trainings.files import DiskFull
from domain.errors.trainings.reasons import FolderNotWritten, NotLaunched, OutOfMemory
from domain.messages import Message, Text
from domain.trainings.request_form import REQUEST_FILE
from scheduler.backends.backend import (
    Absent,
    Alive,
    Capacity,
    Exited,
    GpuCapacity,
    Launch,
    Lost,
    ResourceRequest,
    Status,
)
from scheduler.backends.checkpoints import Checkpoint, Checkpoints
from scheduler.local.disk import check_free_space, is_nearly_full
from scheduler.local.environment import local_environment
from scheduler.local.keeper_files import last_lines, now_ms
from scheduler.local.log_file import LogFile
from scheduler.local.processes import boot_id
from scheduler.local.remnants import end_remnants
from scheduler.local.run_folder import ExitRecord, RunFolder
from scheduler.settings import SchedulerSettings

_KEEPER: Final = Path(__file__).with_name("keeper.py")
_DISK_FULL: Final = FolderNotWritten(Text(os.strerror(errno.ENOSPC)))
_log = logging.getLogger(__name__)


class LocalBackend:
    """Slots of this machine; each training has a keeper that outlives the scheduler."""

    def __init__(
        self,
        settings: SchedulerSettings,
        gpus: Callable[[Sequence[int]], GpuCapacity],
        gpu_name: Callable[[int], str] = str,
        clean: Callable[[str], str] = str,
        stored: Checkpoints | None = None,
    ) -> None:
        """Takes `gpus`, which returns the GPUs free besides those of our own trainings; `clean` hides secrets.

        `stored` finds checkpoints in MLflow, for trainings whose folder was deleted.
        """
        self._settings = settings
        self._folders = settings.folder / "runs"
        self._gpus, self._gpu_name, self._clean, self._stored = gpus, gpu_name, clean, stored
        self._keepers: list[subprocess.Popen[bytes]] = []
        self._lock = threading.Lock()

    def room(self, alive: Sequence[tuple[ResourceRequest, tuple[int, ...]]], wants_gpus: bool) -> Capacity:
        """Implements `Backend.room`."""
        slots = self._settings.training_slots
        busy = sum(needs.slots for needs, _gpus in alive if not needs.gpus)
        held = [gpu for _needs, gpus in alive for gpu in gpus]
        room = Capacity(slots, max(0, slots - busy), self._gpus(held) if wants_gpus else None)
        return room._replace(most=0, shortage=_DISK_FULL) if is_nearly_full(self._folders) else room

    def launch(self, launch: Launch) -> None:
        """Implements `Backend.launch`; raises StartFailed."""
        try:
            with self._lock:
                self._launch(launch, self._folder(launch.run_id))
        except OSError as error:
            raise StartFailed(TheScheduler(), Text(error.strerror or error)) from error

    def poll(self, run_id: str, attempt: int) -> Status:
        """Implements `Backend.poll`."""
        folder = self._folder(run_id)
        if self._is_alive(folder):
            started = folder.started
            known = started if started is not None and started.attempt == attempt else None
            is_running = known is not None and known.program_pid is not None
            started_ms, gpus = known.at_ms if known and is_running else None, known.gpus if known else ()
            return Alive(started_ms, gpus, folder.stop.exists(), folder.stopped_by)
        exited, started = folder.exit, folder.started
        if exited is not None and exited.attempt == attempt:
            return _exited(exited, folder.stopped_by)
        if started is None or started.attempt != attempt:
            return Absent()
        if count := end_remnants(folder.path):
            _log.warning("A training lost its keeper and was ended", extra={"run_id": run_id, "processes": count})
        return Lost(started.boot_id != boot_id(), folder.stop.exists(), folder.stopped_by)

    def stop(self, run_id: str, attempt: int, by: str | None) -> None:
        """Implements `Backend.stop`; raises StartFailed if the disk is not writable."""
        folder = self._folder(run_id)
        if folder.stop.exists():
            return
        try:
            folder.write("stop", {"by": by, "at_ms": now_ms()})
        except OSError:
            try:
                folder.stop.touch()  # for the keeper, an empty file suffices
            except OSError as error:
                raise StartFailed(TheScheduler(), Text(error.strerror or error)) from error

    def withdraw(self, run_id: str) -> None:
        """Implements `Backend.withdraw`: on this machine, only what was launched here runs."""

    def log(self, run_id: str, attempt: int) -> LogFile:
        """Implements `Backend.log`."""
        return LogFile(self._folder(run_id).log, self._clean)

    def progress_file(self, run_id: str) -> Path:
        """Implements `Backend.progress_file`."""
        return self._folder(run_id).progress

    def has_checkpoint(self, run_id: str) -> bool:
        """Implements `Backend.has_checkpoint`: in its folder, or noted there as one in MLflow."""
        return self._folder(run_id).checkpoint is not None or self._adopted_checkpoint(run_id) is not None

    def adopt_checkpoint(self, run_id: str, parent_id: str) -> bool:
        """Implements `Backend.adopt_checkpoint`.

        Raises StartFailed, and a ServiceError if only MLflow may have it.
        """
        try:
            if run_id != parent_id and self._folder(run_id).take_checkpoint_of(self._folder(parent_id)):
                return True
            return self.has_checkpoint(run_id) or (self._stored is not None and self._stored.adopt(run_id, parent_id))
        except OSError as error:
            raise StartFailed(TheScheduler(), Text(error.strerror or error)) from error

    def check_writable(self) -> None:
        """Implements `Backend.check_writable`: without disk space nothing may start."""
        try:
            check_free_space(self._folders)
        except OSError as error:
            raise StartFailed(TheScheduler(), Text(error.strerror or error)) from error

    def log_tail(self, run_id: str) -> list[str]:
        """Implements `Backend.log_tail`."""
        return [self._clean(line) for line in last_lines(self._folder(run_id).log)]

    def close(self) -> None:
        """Implements `Backend.close`: the keepers continue without this process."""

    def _launch(self, launch: Launch, folder: RunFolder) -> None:
        with folder.locked() as lock:
            if lock is None:
                return  # alive already
            folder.forget_the_last_attempt()
            folder.write("request.json", self._request(launch, folder))
            folder.write("spec.json", self._spec(launch, folder))
            names = [self._gpu_name(gpu) for gpu in launch.gpus]
            environment = {**launch.environment, **local_environment(folder.path, names)}
            with folder.log.open("ab") as log:
                keeper = subprocess.Popen(
                    [sys.executable, "-I", "-S", str(_KEEPER), str(folder.path)],
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    pass_fds=(lock,),
                    start_new_session=True,
                )
            self._keepers.append(keeper)

    def _request(self, launch: Launch, folder: RunFolder) -> dict[str, object]:
        checkpoint, stored = folder.checkpoint, self._adopted_checkpoint(launch.run_id)
        return {
            "values": dict(launch.values),
            "checkpoint": checkpoint and str(checkpoint),
            "stored": stored.model_dump() if stored is not None and checkpoint is None else None,
        }

    def _adopted_checkpoint(self, run_id: str) -> Checkpoint | None:
        return None if self._stored is None else self._stored.newest_for_attempt(run_id, 1)

    def _spec(self, launch: Launch, folder: RunFolder) -> dict[str, object]:
        return {
            "attempt": launch.attempt,
            "command": [str(folder.request) if part == REQUEST_FILE else part for part in launch.command],
            "directory": str(launch.directory or folder.path),
            "nice": self._settings.training_nice,
            "memory_bytes": self._settings.memory_bytes,
            "gpus": launch.gpus,
            "silent_seconds": 5,
            "stop_seconds": 60,
        }

    def _is_alive(self, folder: RunFolder) -> bool:
        """Returns whether it is alive, under the lock of this process.

        While one thread checks a file's lock, another could not take it.
        """
        with self._lock:
            self._keepers = [keeper for keeper in self._keepers if keeper.poll() is None]  # the others are reaped
            return folder.is_locked

    def _folder(self, run_id: str) -> RunFolder:
        return RunFolder(self._folders / run_id)


def _exited(record: ExitRecord, by: str | None) -> Exited:
    failure: Message | None = None
    if record.failure is not None:
        failure = NotLaunched(Text(record.failure))
    elif record.is_out_of_memory:
        failure = OutOfMemory()
    elif record.is_disk_full and record.exit_code:
        failure = DiskFull(record.exit_code)
    ended = (record.at_ms, record.exit_code, record.signal, failure, record.was_stopped, record.was_interrupted)
    return Exited(*ended, stopped_by=by)
