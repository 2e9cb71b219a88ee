"""Failures that many operations share, and the meaning of each status."""

from typing import Final

from domain.errors import ReadOnly, ServiceError, ServiceUnavailable
from domain.errors.connections import OutcomeUnknown
from domain.errors.records import (
    ConflictThere,
    NotFoundThere,
    RefusedThere,
    RefusedToUs,
    RunIdMalformed,
    RunNotFound,
    TokenNeeded,
    UserUnknown,
)
from domain.errors.requests import ForeignPage
from domain.errors.services import RunsStillComing

READING: Final = (ServiceError, ServiceUnavailable)
"""For operations that read from another service."""
WRITING: Final = (*READING, OutcomeUnknown)
"""For operations that change something there."""
GUARD: Final = (TokenNeeded, UserUnknown, ReadOnly, ForeignPage)
"""For every change: access is checked before the view is called."""
REFUSED_THERE: Final = (RefusedThere, RefusedToUs, NotFoundThere, ConflictThere)
"""Decided by another process of Clew, which gives the reason."""
OF_A_RUN: Final = (RunIdMalformed, RunNotFound, RunsStillComing, ServiceUnavailable)
"""For operations on one run."""

AS_OF: Final = {"X-As-Of": "When MLflow returned this."}
NOT_CHANGED: Final = {304: "The content still has the ETag that was sent."}

MEANINGS: Final = {
    400: "The body is not JSON, or is invalid for the model store, or a filter is invalid.",
    401: "The token is missing or wrong.",
    403: "This Clew is read-only, or the request comes from a page of another site.",
    404: "It does not exist.",
    409: "It conflicts with the current state: the model is active, or deleted.",
    413: "The request is too long.",
    415: "The body is not sent as JSON.",
    416: "The requested part begins after the end of the file.",
    422: "A field is invalid, or the policy did not pass its check.",
    500: "An internal error occurred in Clew; the message names its entry in the log.",
    502: "The service behind returned an invalid answer.",
    503: "The service behind cannot be reached, or too many requests of this kind are in progress: try again later.",
    504: "The service behind did not answer, so it is not known whether it was done.",
}
"""What each status means in the dashboard's API."""
MEANINGS_IN_SERVICES: Final = MEANINGS | {
    400: "The body is not JSON, or the request is invalid.",
    403: "This Clew is read-only, the request comes from a page of another site, or another user started it.",
    409: "It conflicts with the current state.",
    410: "The model's file is missing.",
    422: "A field is invalid, or a policy or an environment does not work as required.",
}
"""What each status means in the APIs of the processes behind the dashboard."""
