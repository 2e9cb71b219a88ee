"""Why a training is not started or changed."""

from domain.errors import BadInput, Conflict, NotFound, ServiceUnavailable
from domain.errors.requests import RequestRefused
from domain.messages import Reason, template


class SeedsUnreadable(BadInput):
    """The text contains no seeds."""

    text = template("“{typed}” contains no seeds; enter 7, or 1-5, or 1, 3, 10-12")
    typed: str


class TooManySeeds(BadInput):
    """The request would make too many runs."""

    text = template("At most {most} seeds are started at a time")
    most: int


class TrainingRefused(RequestRefused):
    """Some fields of a request are invalid; nothing was started."""

    text = template("Some fields are invalid, so nothing was started.")


class TrainerUnknown(BadInput):
    """No trainer has this name."""

    text = template("There is no trainer “{name}” here; there are: {names}.")
    name: str
    names: str


class TrainerNotInstalled(Conflict):
    """The trainer's libraries are missing on the machine where it would run."""

    text = template("The trainer needs more libraries: run “{command}” on the machine that trains.")
    command: str = "make train-deps"


class ExperimentDeleted(Conflict):
    """The run's experiment is deleted in MLflow."""

    text = template("The experiment “{name}” is deleted in MLflow: restore it there, or name another.")
    name: str


class QueueFull(Conflict):
    """The limit of waiting trainings is reached."""

    text = template("{most} trainings are already waiting, the maximum; cancel some, or try again later.")
    most: int


class NoSuchTraining(NotFound):
    """No training of this scheduler has this id."""

    text = template("There is no training {run_id} here.")
    run_id: str


class TrainingOver(Conflict):
    """The training has ended, so nothing can be done with it."""

    text = template("The training has already ended.")


class TrainingNotQueued(Conflict):
    """The training no longer waits, so it has no position in the queue."""

    text = template("The training is no longer waiting.")


class NotContinuable(Conflict):
    """The training has no checkpoint, or has not ended."""

    text = template("The training cannot continue: {reason}")
    reason: Reason


class TrainingsNotRead(ServiceUnavailable):
    """The scheduler has not read its queue yet."""

    text = template("has not read its queue yet; try again in a few seconds")
