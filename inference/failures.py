"""What to do about each failure that a viewer can meet."""

from typing import Final

from domain.errors import (
    BadInput,
    BadResponse,
    ClewError,
    Conflict,
    NotFound,
    PolicyFailed,
    PolicyGone,
    PolicyRefused,
    ServiceError,
)
from domain.inference.messages import InferenceTrouble

# The first that fits counts.
_REMEDIES: Final[tuple[tuple[type[ClewError], str], ...]] = (
    (PolicyGone, "Activate another model, or put the file back, and reset."),
    (PolicyFailed, "This policy cannot be used: activate another model, and reset."),
    (PolicyRefused, "This policy cannot be used: activate another model, and reset."),
    (NotFound, "Activate a model on the models page, and reset."),
    (Conflict, "Watch the model on the page of the server that keeps it."),
    (BadInput, "Send a command as the engine's page of instructions has it."),
    (BadResponse, "See whether CLEW_URL names a Clew of this version."),
    (ServiceError, "Wait a little and reset; if it stays, see whether the dashboard and MLflow run."),
)


def trouble_of(error: ClewError) -> InferenceTrouble:
    """The message for a failure."""
    remedy = next(
        (remedy for kind, remedy in _REMEDIES if isinstance(error, kind)), "Reset, and read the engine's log."
    )
    return InferenceTrouble(error=str(error), remedy=remedy)
