"""Why a training is not started, and why nothing more is done with one."""

from domain.errors import BadInput, Conflict, NotFound, ServiceUnavailable
from domain.errors.requests import RequestRefused
from domain.messages import Reason, template


class SeedsUnreadable(BadInput):
    """What was typed names no seeds."""

    text = template("“{typed}” names no seeds; write 7, or 1-5, or 1, 3, 10-12")
    typed: str


class TooManySeeds(BadInput):
    """More runs than one request may make."""

    text = template("At most {most} seeds are started at a time")
    most: int


class TrainingRefused(RequestRefused):
    """Some fields of a request do not fit; nothing was started."""

    text = template("Not all fields fit, so nothing was started.")


class TrainerUnknown(BadInput):
    """No trainer has this name."""

    text = template("There is no trainer “{name}” here; there are: {names}.")
    name: str
    names: str


class TrainerNotInstalled(Conflict):
    """The program's libraries are missing on the machine where it would run."""

    text = template("The trainer needs more libraries: run “{command}” on the machine that trains.")
    command: str = "make train-deps"


class ExperimentDeleted(Conflict):
    """The experiment into which the run would go is deleted in MLflow."""

    text = template("The experiment “{name}” is deleted in MLflow: restore it there, or name another.")
    name: str


class QueueFull(Conflict):
    """As many trainings wait as may."""

    text = template("{most} trainings wait already, and no more are taken; cancel some, or try again later.")
    most: int


class NoSuchTraining(NotFound):
    """No training of this scheduler has this id."""

    text = template("There is no training {run_id} here.")
    run_id: str


class TrainingOver(Conflict):
    """It has ended, so that nothing is left to be done with it."""

    text = template("The training is over already.")


class TrainingNotQueued(Conflict):
    """It does not wait any more, so that its place in the queue means nothing."""

    text = template("The training does not wait any more.")


class NotContinuable(Conflict):
    """It has no checkpoint, or did not end."""

    text = template("The training cannot go on: {reason}")
    reason: Reason


class TrainingsNotRead(ServiceUnavailable):
    """The scheduler has not read its queue yet."""

    text = template("has not read its queue yet; try again in some seconds")
