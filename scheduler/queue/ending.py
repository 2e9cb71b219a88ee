"""The new state of a training whose program ended, or could not be found. Pure."""

import signal
from typing import Final

from domain.errors.trainings.reasons import EndedBySignal, EndedWithCode, Lost, Stopped, StoppedBy
from domain.message_data import MessageData
from domain.messages import Message
from domain.trainings.training import TrainingState
from scheduler.backends import backend
from scheduler.queue.entry import Entry

_FROM_SIGNAL: Final = 128
"""As in a shell: 137 is SIGKILL."""


def ended(entry: Entry, status: backend.Exited | backend.Lost, *, now_ms: int, may_restart: bool) -> Entry:
    """Returns the new state of a training; `may_restart` is TRAINING_RESTART."""
    is_stopped = entry.stopped_by is not None or status.was_stopped
    by = entry.stopped_by or status.stopped_by
    if may_restart and not is_stopped and _by_the_machine(status) and entry.has_checkpoint:
        return entry.but(state=TrainingState.QUEUED, started_ms=None, gpus=(), is_continuation=True, recorded=None)
    at_ms = status.at_ms if isinstance(status, backend.Exited) else now_ms
    state, outcome = _by_itself(status)
    if is_stopped:
        state, outcome = TrainingState.KILLED, _stopped(by)
    return entry.but(
        state=state,
        ended_ms=at_ms,
        exit_code=_code(status),
        stopped_by=(by or "") if is_stopped else None,
        outcome=None if outcome is None else MessageData.of(outcome),
        gpus=(),
        recorded=None,
    )


def _by_the_machine(status: backend.Exited | backend.Lost) -> bool:
    return status.by_reboot if isinstance(status, backend.Lost) else status.was_interrupted


def _by_itself(status: backend.Exited | backend.Lost) -> tuple[TrainingState, Message | None]:
    if isinstance(status, backend.Lost) or (status.was_interrupted and status.exit_code != 0):
        return TrainingState.FAILED, Lost()
    if status.failure is not None:
        return TrainingState.FAILED, status.failure
    if status.signal is not None:
        return TrainingState.FAILED, EndedBySignal(status.signal)
    if status.exit_code:
        return TrainingState.FAILED, EndedWithCode(status.exit_code)
    return TrainingState.DONE, None


def _stopped(by: str | None) -> Message:
    return StoppedBy(by) if by else Stopped()


def _code(status: backend.Exited | backend.Lost) -> int | None:
    if isinstance(status, backend.Lost):
        return None
    number = next((one.value for one in signal.Signals if one.name == status.signal), 0)
    return _FROM_SIGNAL + number if status.signal is not None else status.exit_code
