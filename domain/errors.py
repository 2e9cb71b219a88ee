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
    │   ├── NotAsked            known to be dead a moment ago: nothing was sent          (503)
    │   └── OutcomeUnknown      a write was sent and nothing came back: look again      (504)
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
    """The service refused, timed out or answered 5xx."""

    status = 503


class NotAsked(ServiceUnavailable):
    """The service was found dead a moment ago and was not asked again; nothing was sent."""

    def __init__(self, service: str, cause: str) -> None:
        super().__init__(service, f"{cause}; in a few seconds it is asked again")


class OutcomeUnknown(ServiceUnavailable):
    """A write was sent and no answer came: it may have happened, or not, or may yet."""

    status = 504

    def __init__(self, service: str, cause: str) -> None:
        super().__init__(service, f"{cause}; whether it was done is not known")


class AccessDenied(ServiceError):
    """The service answered 401 or 403."""


class BadResponse(ServiceError):
    """The service answered something that does not fit its contract; names the field."""

    def __init__(self, service: str, field: str, cause: str) -> None:
        super().__init__(service, f"{field}: {cause}")
        self.field = field
