"""Failures of connections, distinguished by type and by whether the request can have been sent."""

from domain.errors import AccessDenied, ServiceError, ServiceUnavailable
from domain.messages import Reason, template


class ConnectionRefused(ServiceUnavailable):
    """No server listens at the address."""

    text = template("refused the connection")
    was_sent = False


class ConnectTimedOut(ServiceUnavailable):
    """The connection was not accepted in time."""

    text = template("did not accept the connection in time")
    was_sent = False


class HostUnknown(ServiceUnavailable):
    """The host name cannot be resolved."""

    text = template("its host name is not known")
    was_sent = False


class CertificateRefused(ServiceUnavailable):
    """The TLS handshake failed."""

    text = template("its certificate was not accepted")
    was_sent = False


class ConnectionFailed(ServiceUnavailable):
    """The connection failed in another way; `kind` is the exception's class name."""

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
    """The answer was cut off."""

    text = template("closed the connection before the end of its answer")


class AnsweredStatus(ServiceUnavailable):
    """The service answered 5xx or 429."""

    text = template("answered HTTP {http_status}")
    http_status: int


class AnsweredStatusOrProxy(AnsweredStatus):
    """As `AnsweredStatus`, over plain HTTP through a proxy, whose answers look the same as the service's."""

    text = template("answered HTTP {http_status}, or the proxy {proxy} did")
    proxy: str


class AnsweredStatusBecause(AnsweredStatus):
    """As `AnsweredStatus`, with a reason: the service's own text, or a message of another Clew process."""

    text = template("answered HTTP {http_status}: {reason}")
    reason: Reason


class AnsweredStatusOrProxyBecause(AnsweredStatusOrProxy):
    """As `AnsweredStatusOrProxy`, with the reason in the answer."""

    text = template("answered HTTP {http_status}, or the proxy {proxy} did: {reason}")
    reason: Reason


class CredentialsRefused(AccessDenied):
    """The credentials in the environment are wrong, or missing."""

    text = template("refused our credentials (HTTP {http_status})")
    http_status: int


class CredentialsRefusedOrByProxy(CredentialsRefused):
    """As `CredentialsRefused`, over plain HTTP through a proxy, whose answers look the same as the service's."""

    text = template("refused our credentials (HTTP {http_status}), or the proxy {proxy} did")
    proxy: str


class PassingRefused(ServiceUnavailable):
    """A proxy refuses to forward the request, or cannot."""

    text = template("refused to forward the request")
    was_sent = False


class ProxyFailed(ServiceUnavailable):
    """The `proxy` configured for the service failed; the request did not reach the service."""

    text = template("the proxy {proxy} failed ({reason})")
    was_sent = False
    proxy: str
    reason: ServiceError


class UnreachableAt(ServiceUnavailable):
    """The connection failed, for users who need to know the address that was tried."""

    text = template("cannot be reached at {url}")
    url: str


class TimedOutAt(ServiceUnavailable):
    """No complete answer came in time, for users who need to know the address that was tried."""

    text = template("did not answer in time at {url}")
    url: str


class Redirected(ServiceError):
    """The service redirected the request to `target` (scheme, host, port), which Clew does not follow."""

    text = template("answered with a redirect to {target} (HTTP {http_status}), which is not followed")
    http_status: int
    target: str


class AnsweredReason(ServiceUnavailable):
    """The service answered 5xx or 429 with a reason."""

    text = template("{reason} (HTTP {http_status})")
    reason: Reason
    http_status: int


class NotAsked(ServiceUnavailable):
    """The service was down a moment ago and was not asked again; nothing was sent."""

    text = template("{reason}; the next attempt is in a few seconds")
    was_sent = False
    reason: ServiceError


class OutcomeUnknown(ServiceUnavailable):
    """A write was sent and not answered: it may have been done, or not, or may still be done."""

    text = template("{reason}; it is not known whether this was done")
    status = 504
    reason: ServiceError
