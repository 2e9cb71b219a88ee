"""Every failure that Clew can name: one class for each code, told apart by type, with typed fields.

ClewError
├── BadInput              what the person or program asked for makes no sense           (400)
├── SignInNeeded          nobody vouches for who asks                                   (401)
├── NotFound              it makes sense, but there is no such thing                    (404)
├── Conflict              it makes sense, but not as things are now                     (409)
├── ReadOnly              this Clew changes nothing                                     (403)
├── NotYours              somebody else began it                                        (403)
├── PolicyRefused         the policy file must not be activated, and why                (422)
├── PolicyFailed          the policy broke down while it ran, and how                   (422)
├── PolicyGone            the model's file is not there any more                        (410)
├── EnvironmentRefused, EnvironmentMissing, EnvironmentFailed: environments/failures.py (422)
└── ServiceError          something outside did not do its part                         (502)
    ├── ServiceUnavailable   refused, timed out, or answered 5xx: try again later       (503)
    │   ├── ConnectionRefused, HostUnknown, CertificateRefused, ConnectTimedOut: nothing was sent
    │   ├── ConnectionFailed, TimedOut, AnswerBrokenOff: it may have been
    │   ├── ProxyFailed         the proxy on the way failed, and how                    (503)
    │   ├── NotAsked            known to be dead a moment ago: nothing was sent         (503)
    │   └── OutcomeUnknown      a write was sent and nothing came back: look again      (504)
    ├── AccessDenied         401 or 403: the credentials in the environment are wrong   (502)
    ├── Redirected           it sent us elsewhere, where Clew does not follow           (502)
    └── BadResponse          it answered, but not what its contract says                (502)

These are the kinds; the codes stand in the modules beside this one, by what they are about. A class without a `text`
has no code and is only caught, never raised.
"""

from dataclasses import fields
from typing import Any

from domain.messages import SERVICE, Message, Reason, as_json, in_english, template

# Who, or which field: by its own name, or by a name of ours that has a translation.
Name = Reason | str
BODY = "body"


class ClewError(Message, Exception):
    """A failure with a code; `status` is the HTTP status it maps to, `str(error)` one English sentence."""

    status = 500

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickles by the fields: an exception's own way knows only what was given by position."""
        return _made, (type(self), {field.name: getattr(self, field.name) for field in fields(self)})


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


class ReadOnly(ClewError):
    """This Clew was set to change nothing."""

    text = template("This Clew is read-only (READ_ONLY is set): it changes nothing.")
    status = 403


class NotYours(ClewError):
    """Somebody else began what is to be ended."""

    status = 403


class PolicyRefused(ClewError):
    """The policy file did not pass its check and must not be activated."""

    text = "{reason}"
    status = 422
    reason: Reason


class PolicyFailed(ClewError):
    """The policy did not answer as it must while it ran."""

    text = "{reason}"
    status = 422
    reason: Reason


class PolicyGone(ClewError):
    """The file of a model that was to be run is not there any more."""

    text = template("The model's file is gone ({model_id}): {reason}")
    status = 410
    model_id: str
    reason: Reason


class ServiceError(ClewError):
    """Something outside Clew failed: `service` names it."""

    status = 502
    service: Name

    @property
    def params(self) -> dict[str, Any]:
        """As a message's; a failure that is the reason of this one is not named again."""
        own = {name: getattr(self, name) for name in super().params}
        return {name: one.cause_json if isinstance(one, ServiceError) else as_json(one) for name, one in own.items()}

    @property
    def cause(self) -> str:
        """What it did, in English, without its name."""
        return in_english(self.cause_json)

    @property
    def cause_json(self) -> dict[str, Any]:
        """What it did, as `as_json` has it, without its name: for a sentence that names it itself."""
        return {"code": self.code, "params": {name: one for name, one in self.params.items() if name != SERVICE}}


class ServiceUnavailable(ServiceError):
    """The service refused, timed out or answered 5xx; `was_sent` is false where it was certainly asked for nothing."""

    status = 503
    was_sent = True


class AccessDenied(ServiceError):
    """The service answered 401 or 403."""


class BadResponse(ServiceError):
    """The service answered something that does not fit its contract: `field` names what, `misfit` how."""

    text = "{field}: {misfit}"
    field: Name
    misfit: Reason

    @property
    def params(self) -> dict[str, Any]:
        """As a service error's; the answer as a whole has a name in each language."""
        return super().params | ({"field": WholeBody().json_value} if self.field == BODY else {})


class WholeBody(Message):
    """An answer as a whole, in the place of one of its fields."""

    text = template("body")


def _made(kind: type[ClewError], values: dict[str, Any]) -> ClewError:
    return kind(**values)
