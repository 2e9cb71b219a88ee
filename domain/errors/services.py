"""Failures of services; the sentence follows the name of the `service`."""

from domain.errors import AccessDenied, ClewError, ServiceError, ServiceUnavailable
from domain.errors.artifacts.records import StoreNotRead
from domain.errors.connections import (
    AnsweredReason,
    AnsweredStatus,
    CertificateRefused,
    NotAsked,
    OutcomeUnknown,
    PassingRefused,
    ProxyFailed,
)
from domain.messages import Message, Reason, template


class AnswerTooSlow(ServiceUnavailable):
    """A task of several calls did not finish in time."""

    text = template("did not finish its answer in time")


class StillAtWork(ServiceUnavailable):
    """A query that timed out may still keep the service busy, since it cannot be cancelled."""

    text = template(
        "may still be busy with a request that took too long; it is tried again when that should have ended"
    )


class DeniedBecause(AccessDenied):
    """The service refused Clew's credentials; `reason` is another program's text."""

    text = "{reason}"
    reason: Reason


class AskedTooMuch(ServiceUnavailable):
    """The limit of concurrent requests is reached."""

    text = template("has too many requests; try again")


class NothingReadYet(ServiceUnavailable):
    """The runs were never read."""

    text = template("has not returned its runs yet")


class NoModelsReadYet(ServiceUnavailable):
    """The models were never read."""

    text = template("has not returned its models yet")


class RunsStillComing(ServiceUnavailable):
    """The runs are being read for the first time; `read` is the number so far."""

    text = template("is still returning its runs, {read} so far; try again")
    read: int


class BusyChecking(ServiceUnavailable):
    """The limit of concurrent checks is reached."""

    text = template("is busy with other models; try again")


class BrokeOff(ServiceUnavailable):
    """A task of Clew failed with an unforeseen exception."""

    text = template("ended unexpectedly; see the log")


class RuntimeMissing(ServiceUnavailable):
    """onnxruntime is not installed, or does not fit this machine."""

    text = template("onnxruntime cannot be loaded on this machine")


class StartFailed(ServiceUnavailable):
    """A process could not be started; `reason` is the system's."""

    text = template("could not start ({reason})")
    reason: Reason


class DatabaseFailed(ServiceUnavailable):
    """MLflow's database raised an exception of class `kind`."""

    text = "{kind}: {reason}"
    kind: str
    reason: Reason


class SchemaUnknown(ServiceUnavailable):
    """MLflow's database has an unknown schema; `found` is its revision."""

    text = template("has the tables of an MLflow version that Clew does not support ({found})")
    found: str


class ModelBusy(ServiceUnavailable):
    """Too many requests wait for one model's process."""

    text = template("has too many requests for this model; try again")


class Stopping(ServiceUnavailable):
    """The process is stopping."""

    text = template("is being stopped")


class RunsAllModels(ServiceUnavailable):
    """The limit of running policies is reached."""

    text = template("already runs {number} models, the maximum; try again")
    number: int


class RunsAllEvaluations(ServiceUnavailable):
    """The limit of running evaluations is reached; the next one waits."""

    text = template("is already evaluating {number} models, the maximum at a time")
    number: int


class HoldsAllEvaluations(ServiceUnavailable):
    """The limit of running and waiting evaluations is reached."""

    text = template("already has {number} evaluations, the maximum; try again later")
    number: int


class AskedForManyEvaluations(ServiceUnavailable):
    """The limit of running and waiting evaluations of one person is reached."""

    text = template("already has {number} evaluations of yours, the maximum per user; try again when one has ended")
    number: int


class UnavailableBecause(ServiceUnavailable):
    """The service failed; `reason` is a message, or another program's text."""

    text = "{reason}"
    reason: Reason


class KeepsFailing(ServiceError):
    """The service answers, but the same request failed repeatedly for `seconds`; `reason` is the last failure."""

    text = template("answers, but kept failing for {seconds} s at the same request: {reason}")
    seconds: int
    reason: ServiceUnavailable


class LastRefreshFailed(Message):
    """The service answers now; `failure` is the last refresh's error and names its service."""

    text = template("answers, but the last refresh failed: {failure}")
    failure: Reason


class AnswersSlowly(Message):
    """The service answers slowly."""

    text = template("answers slowly")


class NoAnswerInTime(Message):
    """The health check has not been answered yet."""

    text = template("did not answer in time")


class CheckFailed(Message):
    """The health check itself failed."""

    text = template("the check itself failed; see the log")


# Statuses of a service, or the proxy before it, that is starting or overloaded; 500 is a permanent error.
_PASSING_STATUSES = (429, 502, 503, 504)
# Failures that do not pass by waiting: a write is not repeated by itself, a place becomes free only when another user
# leaves, and the rest is permanent.
_STAYS = (
    *(OutcomeUnknown, CertificateRefused, PassingRefused, BrokeOff, RuntimeMissing, StartFailed, Stopping),
    *(ModelBusy, RunsAllModels, RunsAllEvaluations, HoldsAllEvaluations, AskedForManyEvaluations),
)


def passes_by_itself(error: ClewError) -> bool:
    """Returns whether waiting may end this failure: the service may be starting, restarting or slow."""
    if isinstance(error, NotAsked | ProxyFailed):
        return passes_by_itself(error.reason)
    if isinstance(error, StoreNotRead):
        return isinstance(error.reason, ClewError) and passes_by_itself(error.reason)
    if isinstance(error, AnsweredStatus | AnsweredReason):
        return error.http_status in _PASSING_STATUSES
    return isinstance(error, ServiceUnavailable) and not isinstance(error, _STAYS)


def last_error(error: ClewError) -> ClewError:
    """Returns the error of the last request, for a sentence that itself states when the service is asked again."""
    return error.reason if isinstance(error, NotAsked) else error
