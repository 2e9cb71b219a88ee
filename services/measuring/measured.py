"""A finished evaluation as what is kept with its model."""

from datetime import datetime

from domain.inference.messages import EvaluationReport, EvaluationState
from domain.registry.measurements import AnyMeasurement, Measurement, ReturnsMeasurement


def measurement_of(found: EvaluationReport, at: datetime) -> AnyMeasurement | None:
    """Returns what is to be kept; None of one that is not done, or tells nothing."""
    if found.state is not EvaluationState.DONE:
        return None
    if found.returns and found.env_id is not None:
        return ReturnsMeasurement(at=at, env_id=found.env_id, returns=tuple(found.returns))
    if found.seen is None or found.unseen is None:
        return None
    return Measurement(at=at, seen=found.seen, unseen=found.unseen)
