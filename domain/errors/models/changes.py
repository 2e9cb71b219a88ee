"""Why a model is not activated, deleted or restored."""

from domain.errors import Conflict, NotFound
from domain.messages import template


class ModelIsActive(Conflict):
    """The model is active; another one has to be activated first."""

    text = template("Model {model_id} is active: activate another one before you delete it.")
    model_id: str


class RestoreFirst(Conflict):
    """A deleted model cannot be activated."""

    text = template("Model {model_id} is deleted: restore it before you activate it.")
    model_id: str


class DeletedMeanwhile(Conflict):
    """A model was deleted during its activation, before the alias was moved."""

    text = template("Model {model_id} was deleted while its policy was checked, so it was not activated.")
    model_id: str


class ChangedMeanwhile(Conflict):
    """The tags that a check reads were changed while it ran."""

    text = template("Model {model_id} was changed while its policy was checked, so it was not activated: try again.")
    model_id: str


class BeingPurged(Conflict):
    """The model is being purged."""

    text = template("Model {model_id} is being removed for good.")
    model_id: str


class RequestIdTaken(Conflict):
    """Another request was sent with the same id."""

    text = template("This request id already belongs to another change; reload the page.")


class TooManyChanges(Conflict):
    """The limit of concurrent changes is reached."""

    text = template("Too many changes are in progress, so nothing was changed. Try again in a moment.")


class AnotherIsActive(Conflict):
    """Undo would revert another user's choice."""

    text = template("Model {model_id} is active now, so nothing was undone.")
    model_id: str


class NoneIsActive(Conflict):
    """No model is active any more, so there is nothing to undo."""

    text = template("No model is active now, so nothing was undone.")


class ModelNotKnownNow(NotFound):
    """The model or the active one is not known at the moment, so a change cannot be evaluated."""

    text = template("Model {model_id} is not available right now, so nothing was done. Try again in a moment.")
    model_id: str
