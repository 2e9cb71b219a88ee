"""What a service did, or did not do; `service` stands before the sentence."""

from domain.errors import AccessDenied, ClewError, ServiceError, ServiceUnavailable
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
    """A piece of work of several calls was not over in time."""

    text = template("did not finish its answer in time")


class StillAtWork(ServiceUnavailable):
    """A question that took too long may still keep it busy, for nobody can take one back."""

    text = template("may still be at work on a question that took too long, and is asked again when that can be over")


class DeniedBecause(AccessDenied):
    """It refused our credentials, as another program says it."""

    text = "{reason}"
    reason: Reason


class AskedTooMuch(ServiceUnavailable):
    """As many requests as may be are under way."""

    text = template("is being asked too much; try again")


class NothingReadYet(ServiceUnavailable):
    """The runs were never read."""

    text = template("has not told its runs yet")


class NoModelsReadYet(ServiceUnavailable):
    """The models were never read."""

    text = template("has not told its models yet")


class RunsStillComing(ServiceUnavailable):
    """The runs are being read for the first time: so many have come."""

    text = template("is still telling its runs, {read} so far; try again")
    read: int


class BusyChecking(ServiceUnavailable):
    """As many checks as may be are under way."""

    text = template("is busy with other models; try again")


class BrokeOff(ServiceUnavailable):
    """Work of ours failed in a way that nobody foresaw."""

    text = template("broke off; the log says why")


class RuntimeMissing(ServiceUnavailable):
    """onnxruntime is not installed, or does not fit this machine."""

    text = template("onnxruntime cannot be loaded on this machine")


class StartFailed(ServiceUnavailable):
    """A process could not be started; `reason` is the system's."""

    text = template("could not start ({reason})")
    reason: Reason


class DatabaseFailed(ServiceUnavailable):
    """MLflow's database raised `kind`."""

    text = "{kind}: {reason}"
    kind: str
    reason: Reason


class SchemaUnknown(ServiceUnavailable):
    """MLflow's database is none that we know how to read; `found` is its revision."""

    text = template("has tables of another version of MLflow than Clew knows ({found})")
    found: str


class ModelBusy(ServiceUnavailable):
    """One model's process has too many questions waiting."""

    text = template("has too much to do with this model; try again")


class Stopping(ServiceUnavailable):
    """The process is about to end."""

    text = template("is being stopped")


class RunsAllModels(ServiceUnavailable):
    """As many policies run as may."""

    text = template("runs {number} models, as many as it may; try again")
    number: int


class RunsAllEvaluations(ServiceUnavailable):
    """As many evaluations run as may; the next one waits."""

    text = template("evaluates {number} models, as many as it may at a time")
    number: int


class HoldsAllEvaluations(ServiceUnavailable):
    """As many evaluations run and wait as may."""

    text = template("has {number} evaluations to do, as many as it takes; try again later")
    number: int


class AskedForManyEvaluations(ServiceUnavailable):
    """One person's evaluations that run and wait are as many as one may have."""

    text = template(
        "has {number} evaluations of yours to do, as many as it takes of one person; try again when one is over"
    )
    number: int


class UnavailableBecause(ServiceUnavailable):
    """It did not do its part; `reason` says how, in a message of its own or another program's words."""

    text = "{reason}"
    reason: Reason


class KeepsFailing(ServiceError):
    """It answers, but the same request failed again and again for so many `seconds`; `reason` is the last failure."""

    text = template("answers questions, but failed for {seconds} s at the same request: {reason}")
    seconds: int
    reason: ServiceUnavailable


class LastRefreshFailed(Message):
    """It answers now; `failure` is what the last refresh met, its service named."""

    text = template("answers, but the last refresh failed: {failure}")
    failure: Reason


class AnswersSlowly(Message):
    """It answers, later than it should."""

    text = template("answers slowly")


class NoAnswerInTime(Message):
    """The question about a service's health is still open."""

    text = template("did not answer in time")


class CheckFailed(Message):
    """The question about a service's health itself failed."""

    text = template("the check itself failed; the log has why")


# What a service, or the proxy before it, answers while it starts or has too much to do; 500 is a mistake that stays.
_PASSING_STATUSES = (429, 502, 503, 504)
# A write is not sent again by itself; a place comes free when somebody leaves; all else stays as it is.
_STAYS = (
    *(OutcomeUnknown, CertificateRefused, PassingRefused, BrokeOff, RuntimeMissing, StartFailed, Stopping),
    *(ModelBusy, RunsAllModels, RunsAllEvaluations, HoldsAllEvaluations, AskedForManyEvaluations),
)


def passes_by_itself(error: ClewError) -> bool:
    """Returns whether it is worth waiting for the end of a failure: the service may be starting, restarting or slow."""
    if isinstance(error, NotAsked | ProxyFailed):
        return passes_by_itself(error.reason)
    if isinstance(error, AnsweredStatus | AnsweredReason):
        return error.http_status in _PASSING_STATUSES
    return isinstance(error, ServiceUnavailable) and not isinstance(error, _STAYS)


def last_found(error: ClewError) -> ClewError:
    """Returns what was found when the service was last asked, for a sentence that says itself that it is again."""
    return error.reason if isinstance(error, NotAsked) else error
