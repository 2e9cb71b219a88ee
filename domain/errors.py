"""Every failure that Clew can name.

ClewError
├── BadInput              what the person or program asked for makes no sense           (400)
├── NotFound              it makes sense, but there is no such thing                    (404)
├── PolicyRefused         the policy file must not be activated, and why                (422)
└── ServiceError          something outside did not do its part                         (502)
    ├── ServiceUnavailable   refused, timed out, or answered 5xx: try again later       (503)
    ├── AccessDenied         401 or 403: the credentials in the environment are wrong   (502)
    └── BadResponse          it answered, but not what its contract says                (502)
"""


class ClewError(Exception):
    """One sentence for a person, in `str(error)`; `status` is the HTTP status it maps to."""

    status = 500


class BadInput(ClewError):
    """What was asked for makes no sense."""

    status = 400


class NotFound(ClewError):
    """What was asked for does not exist."""

    status = 404


class PolicyRefused(ClewError):
    """The policy file did not pass its check and must not be activated; says why."""

    status = 422


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


class AccessDenied(ServiceError):
    """The service answered 401 or 403."""


class BadResponse(ServiceError):
    """The service answered something that does not fit its contract; names the field."""

    def __init__(self, service: str, field: str, cause: str) -> None:
        super().__init__(service, f"{field}: {cause}")
        self.field = field
