"""What a service did, or did not do; `service` stands before the sentence."""

from domain.errors import AccessDenied, Name, ServiceError, ServiceUnavailable
from domain.messages import Message, Reason, template


class ConnectionRefused(ServiceUnavailable):
    """Nobody listens there."""

    text = template("refused the connection")
    was_sent = False


class ConnectTimedOut(ServiceUnavailable):
    """Nobody took the connection."""

    text = template("did not accept the connection in time")
    was_sent = False


class HostUnknown(ServiceUnavailable):
    """No address is known for the host's name."""

    text = template("its host name is not known")
    was_sent = False


class CertificateRefused(ServiceUnavailable):
    """TLS did not come about."""

    text = template("its certificate was not accepted")
    was_sent = False


class ConnectionFailed(ServiceUnavailable):
    """The connection failed in another way; `kind` is the exception's."""

    text = template("connection failed ({kind})")
    hidden = frozenset({"was_sent"})
    kind: str
    was_sent: bool = True


class TimedOut(ServiceUnavailable):
    """No answer came in time."""

    text = template("did not answer in time")
    hidden = frozenset({"was_sent"})
    was_sent: bool = True


class AnswerTooSlow(ServiceUnavailable):
    """A piece of work of several calls was not over in time."""

    text = template("did not finish its answer in time")


class AnswerBrokenOff(ServiceUnavailable):
    """The answer ended before its end."""

    text = template("broke off its answer")


class AnsweredStatus(ServiceUnavailable):
    """It answered 5xx or 429."""

    text = template("answered HTTP {http_status}")
    http_status: int


class AnsweredStatusOrProxy(AnsweredStatus):
    """As `AnsweredStatus`, over plain HTTP through a proxy, which answers just as the service does."""

    text = template("answered HTTP {http_status}, or the proxy {proxy} did")
    proxy: str


class CredentialsRefused(AccessDenied):
    """The credentials in the environment are wrong, or missing."""

    text = template("refused our credentials (HTTP {http_status})")
    http_status: int


class CredentialsRefusedOrByProxy(CredentialsRefused):
    """As `CredentialsRefused`, over plain HTTP through a proxy, which answers just as the service does."""

    text = template("refused our credentials (HTTP {http_status}), or the proxy {proxy} did")
    proxy: str


class DeniedBecause(AccessDenied):
    """It refused our credentials, as another program says it."""

    text = "{reason}"
    reason: Reason


class PassingRefused(ServiceUnavailable):
    """A proxy does not want to, or cannot, pass anything on to where it should."""

    text = template("refused to pass the request on")
    was_sent = False


class ProxyFailed(ServiceUnavailable):
    """Not the service but the `proxy` that the environment names for it failed: no request passed it."""

    text = template("the proxy {proxy} failed ({reason})")
    was_sent = False
    proxy: str
    reason: ServiceError


class UnreachableAt(ServiceUnavailable):
    """Nothing came of the connection, for one who has to know the address that was tried."""

    text = template("cannot be reached at {url}")
    url: str


class TimedOutAt(ServiceUnavailable):
    """No whole answer came in time, for one who has to know the address that was tried."""

    text = template("did not answer in time at {url}")
    url: str


class Redirected(ServiceError):
    """The service sent the request to `target` (scheme, host, port), where Clew takes no answer from."""

    text = template("answered with a redirect to {target} (HTTP {http_status}), which is not followed")
    http_status: int
    target: str


class AnsweredReason(ServiceUnavailable):
    """It answered 5xx or 429 and said why."""

    text = template("{reason} (HTTP {http_status})")
    reason: Reason
    http_status: int


class AskedTooMuch(ServiceUnavailable):
    """As many requests as may be are under way."""

    text = template("is being asked too much; try again")


class NothingReadYet(ServiceUnavailable):
    """The runs were never read."""

    text = template("has not told its runs yet")


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
    """As many evaluations run as may."""

    text = template("evaluates {number} models, as many as it may at a time; try again later")
    number: int


class UnavailableBecause(ServiceUnavailable):
    """It did not do its part; `reason` says how, in a message of its own or another program's words."""

    text = "{reason}"
    reason: Reason


class NotAsked(ServiceUnavailable):
    """The service was found dead a moment ago and was not asked again; nothing was sent."""

    text = template("{reason}; in a few seconds it is asked again")
    was_sent = False
    reason: ServiceError


class OutcomeUnknown(ServiceUnavailable):
    """A write was sent and no answer came: it may have happened, or not, or may yet."""

    text = template("{reason}; whether it was done is not known")
    status = 504
    reason: ServiceError


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


class ModelServer(Message):
    """The team's own server of models."""

    text = template("Model server")


class InferenceEngine(Message):
    """The process that runs policies, as the dashboard names it."""

    text = template("Inference engine")


class TheInferenceEngine(Message):
    """The process that runs policies, as it names itself."""

    text = template("The inference engine")


class GpuMonitor(Message):
    """The GPU monitor of one host."""

    text = template("GPU monitor {name}")
    name: str


class PolicyCheckProcess(Message):
    """The process in which a policy is checked."""

    text = template("The policy check")


class PolicyProcess(Message):
    """The process in which a policy runs."""

    text = template("The policy's process")


class ClewCache(Message):
    """What the workers of one host share on disk."""

    text = template("Clew's cache")


MODEL_SERVER: Name = ModelServer()
INFERENCE_ENGINE: Name = InferenceEngine()
