"""Failures of environments, by what a caller can do about them; each holds the environment's name and a reason.

ClewError
├── EnvironmentRefused    it must not, or cannot, be made from the given description     (422)
├── EnvironmentMissing    it is not installed here                                       (422)
├── EnvironmentFailed     it failed while it was made or played                          (422)
└── EnvironmentsBusy      the limit of running environments is reached: try again later  (503)
"""

from domain.errors import ClewError, ServiceUnavailable
from domain.messages import Reason, template


class EnvironmentRefused(ClewError):
    """The description of the environment is refused."""

    text = "{environment}: {reason}"
    status = 422
    environment: str
    reason: Reason


class EnvironmentMissing(ClewError):
    """The environment, or something it needs, is not installed here."""

    text = "{environment}: {reason}"
    status = 422
    environment: str
    reason: Reason


class EnvironmentFailed(ClewError):
    """The environment violated the rules and was ended."""

    text = "{environment}: {reason}"
    status = 422
    environment: str
    reason: Reason


class EnvironmentsBusy(ServiceUnavailable):
    """The limit of running environments is reached."""

    text = template("{most} environments are already in use, the maximum at a time; try again in a moment.")
    most: int
