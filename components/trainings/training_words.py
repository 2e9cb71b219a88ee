"""The texts about trainings: names of states, and labels of buttons."""

from components.texts.language import _
from components.texts.translate import translate
from components.texts.words import MISSING, duration
from domain.errors.trainings.reasons import Stopped
from domain.trainings.fields import Value
from domain.trainings.trainer import TrainerForm
from domain.trainings.training import Training, TrainingAction, TrainingState

COLOURS = {
    TrainingState.QUEUED: "secondary",
    TrainingState.HELD: "secondary",
    TrainingState.STARTING: "info",
    TrainingState.TRAINING: "primary",
    TrainingState.STOPPING: "warning",
    TrainingState.DONE: "success",
    TrainingState.FAILED: "danger",
    TrainingState.KILLED: "warning",
}
_ALGORITHM = ("algorithm", "algo")


def state_names() -> dict[str, str]:
    """Returns the states by their codes."""
    return {
        TrainingState.QUEUED: _("waiting"),
        TrainingState.HELD: _("held"),
        TrainingState.STARTING: _("starting"),
        TrainingState.TRAINING: _("training"),
        TrainingState.STOPPING: _("stopping"),
        TrainingState.DONE: _("done"),
        TrainingState.FAILED: _("failed"),
        TrainingState.KILLED: _("stopped"),
    }


def state_sentences() -> dict[str, str]:
    """Returns what happens in each state, and what the reader can do."""
    return {
        TrainingState.QUEUED: _("It is waiting in the queue and starts automatically."),
        TrainingState.HELD: _("It is on hold and starts once it is released."),
        TrainingState.STARTING: _("Its program is starting; the first episode takes some seconds."),
        TrainingState.TRAINING: _(
            "Training is in progress. Stop ends it after the current episode and keeps what it has learned."
        ),
        TrainingState.STOPPING: _("It ends after its current episode and keeps what it has learned."),
        TrainingState.DONE: _("It is done."),
        TrainingState.FAILED: _(
            "It failed. See the log for details, fix the cause, and train again with these values."
        ),
        TrainingState.KILLED: _("It was stopped. What it had learned until then is kept."),
    }


def action_names() -> dict[str, str]:
    """Returns the labels of the buttons by action."""
    return {
        TrainingAction.STOP: _("Stop"),
        TrainingAction.CANCEL: _("Cancel"),
        TrainingAction.HOLD: _("Hold"),
        TrainingAction.RELEASE: _("Release"),
        TrainingAction.FIRST: _("First"),
        TrainingAction.CONTINUE: _("Continue"),
        TrainingAction.FORK: _("Fork…"),
    }


def action_colours() -> dict[str, str]:
    """Returns the colours of the buttons."""
    return {TrainingAction.STOP: "danger", TrainingAction.CANCEL: "danger", TrainingAction.CONTINUE: "primary"}


def algorithm_and_trainer(training: Training) -> str:
    """Returns algorithm and trainer, as briefly as is unambiguous."""
    algorithm = next((str(training.values[name]) for name in _ALGORITHM if name in training.values), None)
    return " · ".join(filter(None, [algorithm, training.trainer])) or MISSING


def reason(training: Training) -> str:
    """Returns why it waits, or how it ended; empty if there is nothing to add to its state."""
    messages = [one for one in (training.reason, training.remark) if one is not None and one.code != Stopped.code]
    sentences = [translate(one) for one in messages]
    return "; ".join(one.rstrip(".。") for one in sentences)


def title_of(trainer: TrainerForm) -> str:
    """Returns the title of a trainer.

    Those of built-in trainers are translated; those from the team's file stay as written.
    """
    return text_of(trainer, trainer.title) or trainer.name


def text_of(trainer: TrainerForm, text: str) -> str:
    """Returns a text of a trainer, translated if the trainer is built-in."""
    return _(text) if trainer.is_built_in and text else text


def about(seconds: float) -> str:
    """Returns the text of an estimated duration."""
    return duration(seconds) if seconds < 10 else duration(round(seconds)).replace(".0", "")


def value_text(value: Value) -> str:
    """Returns a form value as text."""
    return {True: _("yes"), False: _("no")}[value] if isinstance(value, bool) else str(value)
