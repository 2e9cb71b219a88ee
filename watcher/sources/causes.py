"""Why something failed, for a sentence that names it itself."""

from domain.errors import ClewError, ServiceError
from domain.message_data import MessageData
from domain.messages import Reason


def cause_of(error: ClewError) -> Reason:
    """Returns what a service did, without its name."""
    return MessageData.model_validate(error.cause_json) if isinstance(error, ServiceError) else error
