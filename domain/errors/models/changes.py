"""Why a model is not activated, deleted or restored."""

from domain.errors import Conflict, NotFound
from domain.messages import template


class ModelIsActive(Conflict):
    """The model serves; another one has to be activated first."""

    text = template("Model {model_id} is active: activate another one before you delete it.")
    model_id: str


class RestoreFirst(Conflict):
    """A deleted model is to be activated."""

    text = template("Model {model_id} is deleted: restore it before you activate it.")
    model_id: str


class DeletedMeanwhile(Conflict):
    """A model was deleted while it was being activated, before the pointer moved."""

    text = template("Model {model_id} was deleted while its policy was checked, so it was not activated.")
    model_id: str


class ChangedMeanwhile(Conflict):
    """The tags that a check goes by were changed while it ran."""

    text = template("Model {model_id} was changed while its policy was checked, so it was not activated: try again.")
    model_id: str


class BeingPurged(Conflict):
    """The model's removal has begun."""

    text = template("Model {model_id} is being removed for good.")
    model_id: str


class RequestIdTaken(Conflict):
    """Another request came under the same id."""

    text = template("Another change was asked for under this id; reload the page.")


class TooManyChanges(Conflict):
    """As many changes as may be are under way."""

    text = template("As many changes as may be are under way, so nothing was done. Try again in a moment.")


class AnotherIsActive(Conflict):
    """Undo would undo somebody else's choice."""

    text = template("Model {model_id} is active by now, so nothing was undone.")
    model_id: str


class NoneIsActive(Conflict):
    """There is nothing to undo any more."""

    text = template("No model is active by now, so nothing was undone.")


class ModelNotKnownNow(NotFound):
    """Nothing can be asked about a change, for its model or the active one is not known."""

    text = template("Model {model_id} is not known here just now, so nothing was done. Try again in a moment.")
    model_id: str
