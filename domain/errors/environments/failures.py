"""An environment that cannot be had, by what a caller can do about it; each names it and holds its reason.

ClewError
├── EnvironmentRefused    what names it must not, or cannot, be made                     (422)
├── EnvironmentMissing    it is not installed here                                       (422)
├── EnvironmentFailed     it went wrong while it was made or played in                   (422)
└── EnvironmentsBusy      as many as may run do run: again later                         (503)
"""

from domain.errors import ClewError, ServiceUnavailable
from domain.messages import Reason, template


class EnvironmentRefused(ClewError):
    """What names the environment is not followed."""

    text = "{environment}: {reason}"
    status = 422
    environment: str
    reason: Reason


class EnvironmentMissing(ClewError):
    """The environment, or something that it needs, is not installed here."""

    text = "{environment}: {reason}"
    status = 422
    environment: str
    reason: Reason


class EnvironmentFailed(ClewError):
    """The environment did something that none may, and was ended."""

    text = "{environment}: {reason}"
    status = 422
    environment: str
    reason: Reason


class EnvironmentsBusy(ServiceUnavailable):
    """As many environments run as may."""

    text = template("{most} environments are being played in, as many as may at a time; try again in a moment.")
    most: int
