"""Describes a training for clients: its place in the queue, its reason to wait, possible actions, its progress."""

from collections.abc import Mapping

from domain.errors.trainings.files import FilesRemoved
from domain.errors.trainings.reasons import LoggedNothing, MlflowAway, WaitsForItsTurn
from domain.message_data import MessageData
from domain.messages import Message
from domain.trainings.training import ACTIONS, Training, TrainingAction, TrainingProgress, TrainingState
from scheduler.queue.entries import Entries
from scheduler.queue.entry import Entry

_MAY_CONTINUE = (TrainingState.FAILED, TrainingState.KILLED)


def describe_training(
    entry: Entry,
    place: int | None,
    reasons: Mapping[str, Message],
    progress: TrainingProgress | None,
    host: str,
    *,
    is_mlflow_unavailable: bool,
) -> Training:
    """Returns the description of a training; `place` counts from 1 among those that wait."""
    reason = _reason(entry, place, reasons)
    return Training(
        run_id=entry.run_id,
        name=entry.name,
        trainer=entry.trainer,
        experiment=entry.experiment,
        values=entry.values,
        seed=entry.seed,
        state=TrainingState.QUEUED if entry.waits_in_backend else entry.state,
        actions=actions_of(entry),
        place=place,
        reason=None if reason is None or _is_remark(entry) else MessageData.of(reason),
        remark=_remark(entry, is_mlflow_unavailable),
        by=entry.by,
        host=host,
        attempt=entry.attempt,
        asked_ms=entry.asked_ms,
        started_ms=entry.started_ms,
        ended_ms=entry.ended_ms,
        exit_code=entry.exit_code,
        gpus=entry.gpus,
        progress=progress,
    )


def actions_of(entry: Entry) -> tuple[TrainingAction, ...]:
    """Returns the possible actions."""
    more: tuple[TrainingAction, ...] = ()
    if entry.has_checkpoint and entry.is_over:
        more = (TrainingAction.CONTINUE,) if entry.state in _MAY_CONTINUE else ()
        more += (TrainingAction.FORK,)
    return ACTIONS[entry.state] + more


def places(entries: Entries) -> dict[str, int]:
    """Returns the places of all waiting trainings."""
    return {entry.run_id: number for number, entry in enumerate(entries.waiting(), start=1)}


def _reason(entry: Entry, place: int | None, reasons: Mapping[str, Message]) -> Message | MessageData | None:
    """Returns why it waits, here or at the place where it runs, or how it ended."""
    if entry.is_waiting:
        return reasons.get(entry.run_id) or WaitsForItsTurn((place or 1) - 1)
    return reasons.get(entry.run_id) if entry.is_alive else entry.outcome


def _is_remark(entry: Entry) -> bool:
    return entry.state is TrainingState.DONE and entry.outcome is not None


def _remark(entry: Entry, is_mlflow_unavailable: bool) -> MessageData | None:
    if is_mlflow_unavailable and entry.is_over and entry.recorded is not entry.state:
        return MessageData.of(MlflowAway())
    if entry.is_over and not entry.has_files:
        return MessageData.of(FilesRemoved())
    return MessageData.of(LoggedNothing()) if _is_remark(entry) else None
