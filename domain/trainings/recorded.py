"""Reads a training from its run's tags in MLflow, without the scheduler; anyone may have written the tags."""

from contextlib import suppress
from datetime import datetime
from typing import Final

from pydantic import ValidationError

from domain.message_data import MessageData
from domain.tracking.runs import Run, RunStatus
from domain.trainings import tags
from domain.trainings.fields import Value
from domain.trainings.training import MLFLOW_STATUS, OVER, StoredRequest, Training, TrainingState

_OF_STATUS: Final = {
    RunStatus.SCHEDULED: TrainingState.QUEUED,
    RunStatus.RUNNING: TrainingState.TRAINING,
    RunStatus.FINISHED: TrainingState.DONE,
    RunStatus.FAILED: TrainingState.FAILED,
    RunStatus.KILLED: TrainingState.KILLED,
}
_LATEST_MS: Final = 2**53
_LONGEST: Final = 200


def recorded_training(run: Run) -> Training | None:
    """Returns the training of a run; None if it has none. If its request cannot be read, it has no values."""
    if tags.REQUEST not in run.tags:
        return None
    request = stored_request(run)
    start_ms = _ms(run.started_at) or 0
    return Training(
        run_id=run.run_id,
        name=run.name,
        trainer="" if request is None else request.trainer,
        experiment=run.experiment,
        values={} if request is None else request.values,
        state=_state(run),
        reason=_outcome(run),
        by=_short(run, tags.BY),
        host=_short(run, tags.HOST) or "",
        attempt=_number(run, tags.ATTEMPT) or 0,
        asked_ms=start_ms,
        started_ms=_number(run, tags.STARTED_AT),
        ended_ms=_ms(run.ended_at),
        exit_code=_number(run, tags.EXIT_CODE),
    )


def stored_request(run: Run) -> StoredRequest | None:
    """Returns the stored request; None if the run has none, or an invalid one."""
    with suppress(ValidationError):
        return StoredRequest.model_validate_json(run.tags.get(tags.REQUEST, ""))
    return None


def values_to_repeat(run: Run, names: set[str]) -> dict[str, Value]:
    """Returns the values for repeating a run's training: those of its request, else its parameters of these names."""
    request = stored_request(run)
    found: dict[str, Value] = dict(run.params) if request is None else request.values
    return {name: value for name, value in found.items() if name in names}


def _state(run: Run) -> TrainingState:
    """Returns the state in the tag, unless it contradicts MLflow's status."""
    state_tag = run.tags.get(tags.STATE, "")
    if state_tag in set(TrainingState):
        state = TrainingState(state_tag)
        if state in OVER or MLFLOW_STATUS[state] == run.status:
            return state
    return _OF_STATUS[run.status]


def _outcome(run: Run) -> MessageData | None:
    with suppress(ValidationError):
        return MessageData.model_validate_json(run.tags.get(tags.OUTCOME, ""))
    return None


def _short(run: Run, tag: str) -> str | None:
    return run.tags.get(tag, "")[:_LONGEST] or None


def _number(run: Run, tag: str) -> int | None:
    text = run.tags.get(tag, "")
    number = int(text) if text.isascii() and text.lstrip("-").isdigit() and len(text) <= len(str(_LATEST_MS)) else None
    return None if number is None or (tag == tags.STARTED_AT and not 0 <= number < _LATEST_MS) else number


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None or moment.timestamp() < 0 else round(moment.timestamp() * 1000)
