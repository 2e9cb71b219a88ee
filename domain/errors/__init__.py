"""Every failure that Clew can name: one class for each code, with typed fields, in a tree of kinds.

ClewError
├── BadInput              the request makes no sense                                    (400)
├── SignInNeeded          the sender of the request is not authenticated                (401)
├── NotFound              the request makes sense, but its object does not exist        (404)
├── Conflict              the request makes sense, but conflicts with the present state (409)
├── ReadOnly              this Clew changes nothing                                     (403)
├── NotYours              another user or page started it                               (403)
├── PolicyRefused         the policy file must not be activated, and why                (422)
├── PolicyFailed          the policy failed while it ran, and how                       (422)
├── PolicyGone            the model's file no longer exists                             (410)
├── EnvironmentRefused, EnvironmentMissing, EnvironmentFailed: see environments/         (422)
└── ServiceError          an external service failed                                    (502)
    ├── ServiceUnavailable   refused, timed out, or answered 5xx: try again later       (503)
    │   ├── ConnectionRefused, HostUnknown, CertificateRefused, ConnectTimedOut: nothing was sent
    │   ├── ConnectionFailed, TimedOut, AnswerBrokenOff: the request may have been sent
    │   ├── ProxyFailed         the proxy in between failed, and how                    (503)
    │   ├── NotAsked            known to be down a moment ago: nothing was sent         (503)
    │   └── OutcomeUnknown      a write was sent and not answered: check its outcome    (504)
    ├── AccessDenied         401 or 403: the credentials in the environment are wrong   (502)
    ├── Redirected           a redirect to where Clew does not follow                   (502)
    └── BadResponse          an answer that violates the service's contract             (502)

These are the kinds; the codes are defined in the modules of this package, by topic. A class without a `text` has no
code and is only caught, never raised.
"""

from dataclasses import fields
from typing import Any

from domain.messages import SERVICE, Message, Reason, as_json, in_english, template

# The name of a service or a field, or a message where the name is translated.
Name = Reason | str
BODY = "body"


class ClewError(Message, Exception):
    """A failure with a code; `status` is the HTTP status it maps to, `str(error)` one English sentence."""

    status = 500

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickles by the fields, since an exception's default keeps positional arguments only."""
        return _made, (type(self), {field.name: getattr(self, field.name) for field in fields(self)})


class BadInput(ClewError):
    """The request makes no sense."""

    status = 400


class SignInNeeded(ClewError):
    """A change was requested without the token, or by a user whom no proxy names."""

    status = 401


class NotFound(ClewError):
    """The requested object does not exist."""

    status = 404


class Conflict(ClewError):
    """The request conflicts with the present state."""

    status = 409


class ReadOnly(ClewError):
    """This Clew is configured to change nothing."""

    text = template("This Clew is read-only (READ_ONLY is set): it changes nothing.")
    status = 403


class NotYours(ClewError):
    """Another user or page started what should be ended."""

    status = 403


class PolicyRefused(ClewError):
    """The policy file did not pass its check and must not be activated."""

    text = "{reason}"
    status = 422
    reason: Reason


class PolicyFailed(ClewError):
    """The policy did not answer as required while it ran."""

    text = "{reason}"
    status = 422
    reason: Reason


class PolicyGone(ClewError):
    """The file of the model to run no longer exists."""

    text = template("The model's file is missing ({model_id}): {reason}")
    status = 410
    model_id: str
    reason: Reason


class ServiceError(ClewError):
    """An external service failed; `service` is its name."""

    status = 502
    service: Name

    @property
    def params(self) -> dict[str, Any]:
        """The parameters of the message; a service error as the reason is included without its service's name."""
        own = {name: getattr(self, name) for name in super().params}
        return {name: one.cause_json if isinstance(one, ServiceError) else as_json(one) for name, one in own.items()}

    @property
    def cause(self) -> str:
        """The failure in English, without the service's name."""
        return in_english(self.cause_json)

    @property
    def cause_json(self) -> dict[str, Any]:
        """The failure as JSON without the service's name, for a sentence that names it."""
        return {"code": self.code, "params": {name: one for name, one in self.params.items() if name != SERVICE}}


class ServiceUnavailable(ServiceError):
    """The service refused, timed out or answered 5xx; `was_sent` is false if it certainly received no request."""

    status = 503
    was_sent = True


class AccessDenied(ServiceError):
    """The service answered 401 or 403."""


class BadResponse(ServiceError):
    """The service's answer violates its contract: `field` is the invalid field, `misfit` the reason."""

    text = "{field}: {misfit}"
    field: Name
    misfit: Reason

    @property
    def params(self) -> dict[str, Any]:
        """The parameters of the message; `body` is replaced by a translated name for the whole answer."""
        return super().params | ({"field": WholeBody().json_value} if self.field == BODY else {})


class WholeBody(Message):
    """A whole answer, in place of one of its fields."""

    text = template("body")


def _made(kind: type[ClewError], values: dict[str, Any]) -> ClewError:
    return kind(**values)
