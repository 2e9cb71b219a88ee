"""Why a run is not there, and who may not do what."""

from domain.errors import BadInput, Conflict, Name, NotFound, NotYours, ReadOnly, SignInNeeded
from domain.messages import Reason, template


class RunIdMalformed(NotFound):
    """What was asked for can be no run's id."""

    text = template("There is no such run.")


class RunNotFound(NotFound):
    """No run has this id."""

    text = template("There is no run {run_id}.")
    run_id: str


class NoRunBefore(NotFound):
    """A run is to be held against the one before it, and there is none."""

    text = template("Run {run_id} stands in no other run and is the first of its experiment: say which run to use.")
    run_id: str


class RunDeleted(NotFound):
    """MLflow keeps the run as deleted."""

    text = template("Run {run_id} was deleted")
    run_id: str


class FilesElsewhere(Conflict):
    """The run's files lie in a store that the tracking server does not serve; no name and password in `place`."""

    text = template(
        "The files of run {run_id} lie at {place}, where MLflow itself writes nothing for others (its artifact proxy is"
        " off), so the dashboard cannot either."
    )
    run_id: str
    place: str


class UserUnknown(SignInNeeded):
    """A page's reader is not known, where programs need a token."""

    text = template("This Clew does not know who you are, so you can look but change nothing.")


class TokenNeeded(SignInNeeded):
    """A program sent no token, or a wrong one."""

    text = template(
        "Changes need this Clew's token: send it as Authorization: Bearer <token>, or as X-Clew-Token: <token>."
    )


class MeasuresNothing(ReadOnly):
    """This Clew was set to do no work for anybody."""

    text = template("This Clew is read-only (READ_ONLY is set): it starts and cancels no evaluation.")


class EvaluationOfAnother(NotYours):
    """A user whom the proxy names started the evaluation."""

    text = template("{user} started this evaluation, and nobody else can cancel it.")
    user: str


class EvaluationOfAnotherPage(NotYours):
    """A page started the evaluation whose reader has no name."""

    text = template("Another page started this evaluation: it can be cancelled there, or ends by itself.")


class RefusedToUs(NotYours):
    """Another process of ours refuses what is asked for somebody, and says why by a code."""

    text = "{reason}"
    reason: Reason


class NotFoundThere(NotFound):
    """A service says that there is no such thing, in its own words."""

    text = "{reason}"
    reason: Reason


class ConflictThere(Conflict):
    """A service says that it cannot be done now, in its own words."""

    text = "{reason}"
    reason: Reason


class RefusedThere(BadInput):
    """A service says that the request makes no sense, in its own words."""

    text = "{reason}"
    service: Name
    reason: Reason


class InvalidArgument(BadInput):
    """A value that only a program or a person at a terminal gives; in English, and in no page."""

    text = "{reason}"
    reason: Reason
