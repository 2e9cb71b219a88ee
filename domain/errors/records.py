"""Why a run is not found, and why a user or program may not do something."""

from domain.errors import BadInput, Conflict, Name, NotFound, NotYours, ReadOnly, SignInNeeded
from domain.messages import Reason, template


class RunIdMalformed(NotFound):
    """The given text cannot be a run's id."""

    text = template("There is no such run.")


class RunNotFound(NotFound):
    """No run has this id."""

    text = template("There is no run {run_id}.")
    run_id: str


class NoRunBefore(NotFound):
    """A run should be compared with the one before it, and there is none."""

    text = template(
        "Run {run_id} has no parent run and is the first of its experiment: specify the run to compare it with."
    )
    run_id: str


class RunDeleted(NotFound):
    """The run is deleted in MLflow."""

    text = template("Run {run_id} was deleted")
    run_id: str


class FilesElsewhere(Conflict):
    """The tracking server does not serve the store of the run's files; `place` has no name and password."""

    text = template(
        "The files of run {run_id} are stored at {place}, where MLflow does not write for its clients (its artifact"
        " proxy is off), so the dashboard cannot save there."
    )
    run_id: str
    place: str


class UserUnknown(SignInNeeded):
    """A page's user is not known, and programs need a token."""

    text = template("Clew could not identify you, so you can view but not change anything.")


class TokenNeeded(SignInNeeded):
    """A program sent no token or a wrong one."""

    text = template(
        "Changes need this Clew's token: send it as Authorization: Bearer <token>, or as X-Clew-Token: <token>."
    )


class MeasuresNothing(ReadOnly):
    """This Clew is configured to run no evaluations."""

    text = template("This Clew is read-only (READ_ONLY is set): it starts and cancels no evaluation.")


class EvaluationOfAnother(NotYours):
    """A user named by the proxy started the evaluation."""

    text = template("{user} started this evaluation, and only they can cancel it.")
    user: str


class EvaluationOfAnotherPage(NotYours):
    """An unknown user on another page started the evaluation."""

    text = template("Another page started this evaluation: it can be cancelled there, or ends by itself.")


class RefusedToUs(NotYours):
    """Another Clew process refused the request for this user; the reason is a message with a code."""

    text = "{reason}"
    reason: Reason


class NotFoundThere(NotFound):
    """A service reports that the object does not exist, in its own words."""

    text = "{reason}"
    reason: Reason


class ConflictThere(Conflict):
    """A service reports a conflict with its present state, in its own words."""

    text = "{reason}"
    reason: Reason


class RefusedThere(BadInput):
    """A service reports that the request is invalid, in its own words."""

    text = "{reason}"
    service: Name
    reason: Reason


class InvalidArgument(BadInput):
    """An invalid value from a program or the terminal; in English only, never shown on a page."""

    text = "{reason}"
    reason: Reason
