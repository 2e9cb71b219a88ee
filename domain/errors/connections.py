"""What became of a request on its way: told apart by type, and by whether it can have left."""

from domain.errors import AccessDenied, ServiceError, ServiceUnavailable
from domain.messages import Reason, template


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


class AnsweredStatusBecause(AnsweredStatus):
    """As `AnsweredStatus`, with a reason: the service's own words, or a message of another Clew's."""

    text = template("answered HTTP {http_status}: {reason}")
    reason: Reason


class AnsweredStatusOrProxyBecause(AnsweredStatusOrProxy):
    """As `AnsweredStatusOrProxy`, with the reason of whichever answered."""

    text = template("answered HTTP {http_status}, or the proxy {proxy} did: {reason}")
    reason: Reason


class CredentialsRefused(AccessDenied):
    """The credentials in the environment are wrong, or missing."""

    text = template("refused our credentials (HTTP {http_status})")
    http_status: int


class CredentialsRefusedOrByProxy(CredentialsRefused):
    """As `CredentialsRefused`, over plain HTTP through a proxy, which answers just as the service does."""

    text = template("refused our credentials (HTTP {http_status}), or the proxy {proxy} did")
    proxy: str


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
