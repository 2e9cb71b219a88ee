"""Causes of failures, for sentences that already name the service."""

from domain.errors import ClewError, ServiceError
from domain.message_data import MessageData
from domain.messages import Reason


def cause_of(error: ClewError) -> Reason:
    """Returns the cause without the service's name."""
    return MessageData.model_validate(error.cause_json) if isinstance(error, ServiceError) else error
