"""Converts a finished evaluation to the measurement that is stored with its model."""

from datetime import datetime

from domain.inference.messages import EvaluationReport, EvaluationState
from domain.registry.measurements import AnyMeasurement, Measurement, ReturnsMeasurement


def measurement_of(found: EvaluationReport, at: datetime) -> AnyMeasurement | None:
    """Returns the measurement to store; None for an evaluation that is not done, or has no results."""
    if found.state is not EvaluationState.DONE:
        return None
    if found.returns and found.env_id is not None:
        return ReturnsMeasurement(at=at, env_id=found.env_id, returns=tuple(found.returns))
    if found.seen is None or found.unseen is None:
        return None
    return Measurement(at=at, seen=found.seen, unseen=found.unseen)
