"""The remedy for each failure that a viewer can encounter."""

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
from domain.errors.environments.failures import EnvironmentFailed, EnvironmentMissing, EnvironmentRefused
from domain.errors.policy_checks.signatures import SignatureUnclear
from domain.errors.walks import (
    ActivateAnother,
    ActivateAnotherOrPutBack,
    ActivateOne,
    CheckClewUrl,
    CorrectEnvironment,
    InstallEnvironment,
    MendEnvironment,
    ReadTheEngineLog,
    ReadTheInstructions,
    Remedy,
    SayHowItIsRead,
    WaitAndReset,
    WatchItThere,
)
from domain.inference.messages import InferenceTrouble, InferenceWaiting
from domain.message_data import coded
from domain.messages import Reason

# The first matching one counts.
_REMEDIES: Final[tuple[tuple[type[ClewError], Remedy], ...]] = (
    (EnvironmentMissing, InstallEnvironment()),
    (EnvironmentRefused, CorrectEnvironment()),
    (EnvironmentFailed, MendEnvironment()),
    (PolicyGone, ActivateAnotherOrPutBack()),
    (PolicyFailed, ActivateAnother()),
    (SignatureUnclear, SayHowItIsRead()),
    (PolicyRefused, ActivateAnother()),
    (NotFound, ActivateOne()),
    (Conflict, WatchItThere()),
    (BadInput, ReadTheInstructions()),
    (BadResponse, CheckClewUrl()),
    (ServiceError, WaitAndReset()),
)


def trouble_of(error: ClewError) -> InferenceTrouble:
    """Returns the message for a failure."""
    remedy = next((remedy for kind, remedy in _REMEDIES if isinstance(error, kind)), ReadTheEngineLog())
    return InferenceTrouble(**coded(error, "error"), remedy=str(remedy), remedy_code=remedy.code)


def waiting_for(cause: Reason, waited_seconds: float) -> InferenceWaiting:
    """Returns the message while a failure may still pass, or an answer is still to come."""
    return InferenceWaiting(**coded(cause, "waiting"), waited_s=round(waited_seconds, 1))
