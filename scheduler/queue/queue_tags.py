"""Converts a training to tags of its run in MLflow, and back. Tags are untrusted input."""

import math
from collections.abc import Mapping
from typing import Final

import orjson
from pydantic import ValidationError

from domain.errors.misfits import misfit_of
from domain.errors.trainings.reasons import RequestDamaged, TagUnreadable
from domain.message_data import MessageData
from domain.messages import Message
from domain.trainings import tags
from domain.trainings.training import MLFLOW_STATUS, OVER, WAITING, StoredRequest, TrainingState
from mlflow_api.run_writes import StoredRun
from scheduler.queue.entry import Entry

USER: Final = "mlflow.user"
MAX_CHARACTERS: Final = 5_000
"""What MLflow's databases accept as a tag's value, in all versions."""
_MAX_ATTEMPT: Final = 10**6
_MAX_MS: Final = 2**53


def request_text(trainer: str, values: Mapping[str, object]) -> str:
    """Returns the tag that makes a run a training."""
    return orjson.dumps({"trainer": trainer, "values": dict(values)}).decode()


def tags_of(entry: Entry) -> dict[str, str]:
    """Returns the tags that change with the state of a training."""
    found = {
        tags.STATE: entry.state.value,
        tags.PLACE: repr(entry.place),
        tags.ATTEMPT: str(entry.attempt),
        tags.CONTINUATION: "true" if entry.is_continuation else None,
        tags.STARTED_AT: _text(entry.started_ms),
        tags.STOPPED_BY: entry.stopped_by,
        tags.EXIT_CODE: _text(entry.exit_code) if entry.is_over else None,
        tags.OUTCOME: _message_text(entry.outcome) if entry.is_over else None,
        tags.LOG_TAIL: "\n".join(entry.log_tail)[-MAX_CHARACTERS:] if entry.is_over and entry.log_tail else None,
    }
    return {name: value for name, value in found.items() if value is not None}


def entry_of(run: StoredRun, experiment: str) -> Entry:
    """Returns the training of a run; if its tags are invalid, it gets a `damage`, and will not run."""
    recorded = run.tags
    request, damage = _request(recorded.get(tags.REQUEST, ""))
    state = _state(recorded.get(tags.STATE, ""))
    if state is None:
        state = TrainingState.QUEUED
        damage = damage or RequestDamaged(TagUnreadable(tags.STATE))
    start_ms = run.start_ms or 0
    return Entry(
        run_id=run.run_id,
        name=run.name,
        experiment=experiment,
        trainer=request.trainer,
        values=request.values,
        state=state,
        place=_number(recorded.get(tags.PLACE, ""), start_ms),
        asked_ms=max(0, start_ms),
        request_id=recorded.get(tags.REQUEST_ID, ""),
        by=recorded.get(tags.BY) or None,
        attempt=_whole(recorded.get(tags.ATTEMPT, ""), _MAX_ATTEMPT) or 0,
        parent=recorded.get(tags.PARENT) or None,
        is_continuation=tags.CONTINUATION in recorded,
        stopped_by=recorded.get(tags.STOPPED_BY),
        started_ms=_whole(recorded.get(tags.STARTED_AT, ""), _MAX_MS),
        ended_ms=run.end_ms if state in OVER else None,
        exit_code=_whole(recorded.get(tags.EXIT_CODE, ""), 2**31),
        outcome=_message(recorded.get(tags.OUTCOME, "")),
        damage=damage,
        recorded=state if run.status == MLFLOW_STATUS[state] or state not in (*WAITING, *OVER) else None,
    )


def _request(text: str) -> tuple[StoredRequest, Message | None]:
    try:
        return StoredRequest.model_validate_json(text), None
    except ValidationError as error:
        return StoredRequest(trainer="", values={}), RequestDamaged(misfit_of(error)[1])


def _state(text: str) -> TrainingState | None:
    return next((state for state in TrainingState if state.value == text), None)


def _number(text: str, default: float) -> float:
    try:
        number = float(text)
    except ValueError:
        return default
    return number if math.isfinite(number) else default


def _whole(text: str, most: int) -> int | None:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 20 and int(text) <= most else None


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)


def _message_text(message: MessageData | None) -> str | None:
    return None if message is None else orjson.dumps(message.json_value).decode()[:MAX_CHARACTERS]


def _message(text: str) -> MessageData | None:
    try:
        return MessageData.model_validate_json(text)
    except ValidationError:
        return None
