"""Every failure that Clew can name.

ClewError
├── BadInput              what the person or program asked for makes no sense           (400)
├── SignInNeeded          nobody vouches for who asks                                   (401)
├── NotFound              it makes sense, but there is no such thing                    (404)
├── Conflict              it makes sense, but not as things are now                     (409)
│   └── ModelIsActive        the model serves, so it cannot be deleted                  (409)
├── ReadOnly              this Clew changes nothing                                     (403)
├── PolicyRefused         the policy file must not be activated, and why                (422)
├── PolicyFailed          the policy broke down while it ran, and how                   (422)
├── PolicyGone            the model's file is not there any more                        (410)
└── ServiceError          something outside did not do its part                         (502)
    ├── ServiceUnavailable   refused, timed out, or answered 5xx: try again later       (503)
    │   ├── ConnectionRefused, HostUnknown, CertificateRefused, ConnectTimedOut: nothing was sent
    │   ├── ConnectionFailed, TimedOut, AnswerBrokenOff: it may have been
    │   ├── ProxyFailed         the proxy on the way failed, and how                      (503)
    │   ├── AnsweredStatus      it answered 5xx or 429                                    (503)
    │   ├── NotAsked            known to be dead a moment ago: nothing was sent          (503)
    │   └── OutcomeUnknown      a write was sent and nothing came back: look again      (504)
    ├── Redirected           it sent the request elsewhere, where Clew does not follow    (502)
    ├── AccessDenied         401 or 403: the credentials in the environment are wrong   (502)
    └── BadResponse          it answered, but not what its contract says                (502)
"""


class ClewError(Exception):
    """One sentence for a person, in `str(error)`; `status` is the HTTP status it maps to."""

    status = 500


class BadInput(ClewError):
    """What was asked for makes no sense."""

    status = 400


class SignInNeeded(ClewError):
    """A change was asked for without the token, or by a user whom no proxy names."""

    status = 401


class NotFound(ClewError):
    """What was asked for does not exist."""

    status = 404


class Conflict(ClewError):
    """What was asked for cannot be done as things are now."""

    status = 409


class ModelIsActive(Conflict):
    """The model serves; another one has to be activated first."""

    def __init__(self, model_id: str) -> None:
        super().__init__(f"Model {model_id} is active: activate another one before you delete it.")


class ReadOnly(ClewError):
    """This Clew was set to change nothing."""

    status = 403

    def __init__(self) -> None:
        super().__init__("This Clew is read-only (READ_ONLY is set): it changes no model.")


class PolicyRefused(ClewError):
    """The policy file did not pass its check and must not be activated; says why."""

    status = 422


class PolicyFailed(ClewError):
    """The policy did not answer as it must while it ran; says how."""

    status = 422


class PolicyGone(ClewError):
    """The file of a model that was to be run is not there any more."""

    status = 410


class ServiceError(ClewError):
    """Something outside Clew failed; names the service and the cause."""

    status = 502

    def __init__(self, service: str, cause: str) -> None:
        super().__init__(f"{service}: {cause}")
        self.service = service
        self.cause = cause


class ServiceUnavailable(ServiceError):
    """The service refused, timed out or answered 5xx; `was_sent` is false where it was certainly asked for nothing."""

    status = 503
    was_sent: bool = True


class NotAsked(ServiceUnavailable):
    """The service was found dead a moment ago, by `error`, and was not asked again; nothing was sent."""

    was_sent = False

    def __init__(self, service: str, error: ServiceError) -> None:
        super().__init__(service, f"{error.cause}; in a few seconds it is asked again")
        self.error = error


class OutcomeUnknown(ServiceUnavailable):
    """A write was sent and no answer came, but `error`: it may have happened, or not, or may yet."""

    status = 504

    def __init__(self, service: str, error: ServiceError) -> None:
        super().__init__(service, f"{error.cause}; whether it was done is not known")
        self.error = error


class AccessDenied(ServiceError):
    """The service answered 401 or 403."""


class BadResponse(ServiceError):
    """The service answered something that does not fit its contract; names the field."""

    def __init__(self, service: str, field: str, cause: str) -> None:
        super().__init__(service, f"{field}: {cause}")
        self.field = field


class ConnectionRefused(ServiceUnavailable):
    """Nobody listens there."""

    was_sent = False

    def __init__(self, service: str) -> None:
        super().__init__(service, "refused the connection")


class HostUnknown(ServiceUnavailable):
    """The name of its host leads to no address."""

    was_sent = False

    def __init__(self, service: str) -> None:
        super().__init__(service, "its host name is not known")


class CertificateRefused(ServiceUnavailable):
    """Whoever answers there cannot prove to be that host."""

    was_sent = False

    def __init__(self, service: str) -> None:
        super().__init__(service, "its certificate was not accepted")


class ConnectTimedOut(ServiceUnavailable):
    """Its host says nothing at all."""

    was_sent = False

    def __init__(self, service: str) -> None:
        super().__init__(service, "did not accept the connection in time")


class TimedOut(ServiceUnavailable):
    """No whole answer came within the time that was given."""

    def __init__(self, service: str, *, was_sent: bool = True) -> None:
        super().__init__(service, "did not answer in time")
        self.was_sent = was_sent


class AnswerBrokenOff(ServiceUnavailable):
    """The answer ended in its middle."""

    def __init__(self, service: str) -> None:
        super().__init__(service, "broke off its answer")


class ConnectionFailed(ServiceUnavailable):
    """The connection was lost, or never came about; `kind` is the exception's name."""

    def __init__(self, service: str, kind: str, *, was_sent: bool = True) -> None:
        super().__init__(service, f"connection failed ({kind})")
        self.kind = kind
        self.was_sent = was_sent


class AnsweredStatus(ServiceUnavailable):
    """It answered that it cannot answer, 5xx or 429; or `proxy` did, where plain HTTP went through one."""

    def __init__(self, service: str, status: int, proxy: str | None = None) -> None:
        super().__init__(service, or_proxy(f"answered HTTP {status}", proxy))
        self.http_status = status
        self.proxy = proxy


class PassingRefused(ServiceUnavailable):
    """A proxy does not want to, or cannot, pass anything on to where it should."""

    was_sent = False

    def __init__(self, service: str) -> None:
        super().__init__(service, "refused to pass the request on")


class ProxyFailed(ServiceUnavailable):
    """Not the service but the `proxy` that the environment names for it failed, by `error`: no request passed it."""

    was_sent = False

    def __init__(self, service: str, proxy: str, error: ServiceError) -> None:
        super().__init__(service, f"the proxy {proxy} failed ({error.cause})")
        self.proxy = proxy
        self.error = error


class UnreachableAt(ServiceUnavailable):
    """Nothing came of the connection, for one who has to know the address that was tried."""

    def __init__(self, service: str, url: str) -> None:
        super().__init__(service, f"cannot be reached at {url}")
        self.url = url


class TimedOutAt(ServiceUnavailable):
    """No whole answer came in time, for one who has to know the address that was tried."""

    def __init__(self, service: str, url: str) -> None:
        super().__init__(service, f"did not answer in time at {url}")
        self.url = url


class Redirected(ServiceError):
    """The service sent the request to `target` (scheme, host, port), where Clew takes no answer from."""

    def __init__(self, service: str, status: int, target: str) -> None:
        super().__init__(service, f"answered with a redirect to {target} (HTTP {status}), which is not followed")
        self.http_status = status
        self.target = target


def or_proxy(cause: str, proxy: str | None) -> str:
    """A cause that may be of the proxy on the way, which answers in HTTP just as the service does."""
    return cause if proxy is None else f"{cause}, or the proxy {proxy} did"
