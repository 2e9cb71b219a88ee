"""Why a run or a model is not there, or is not changed."""

from domain.errors import BadInput, Conflict, Name, NotFound, SignInNeeded
from domain.messages import Reason, template


class RunIdMalformed(NotFound):
    """What was asked for can be no run's id."""

    text = template("There is no such run.")


class RunNotFound(NotFound):
    """No run has this id."""

    text = template("There is no run {run_id}.")
    run_id: str


class RunDeleted(NotFound):
    """MLflow keeps the run as deleted."""

    text = template("Run {run_id} was deleted")
    run_id: str


class ModelNotFound(NotFound):
    """No model has this id, which is quoted where a stranger gave it."""

    text = template("There is no model {model_id}.")
    model_id: str


class ModelIsDeleted(NotFound):
    """The model is there no more, for those who read."""

    text = template("Model {model_id} is deleted.")
    model_id: str


class NoActiveModel(NotFound):
    """No model was ever activated."""

    text = template("No model is active.")


class ModelIsActive(Conflict):
    """The model serves; another one has to be activated first."""

    text = template("Model {model_id} is active: activate another one before you delete it.")
    model_id: str


class RestoreFirst(Conflict):
    """A deleted model is to be activated."""

    text = template("Model {model_id} is deleted: restore it before you activate it.")
    model_id: str


class BeingPurged(Conflict):
    """The model's removal has begun."""

    text = template("Model {model_id} is being removed for good.")
    model_id: str


class FileNotShown(Conflict):
    """The model server shows no policy files."""

    text = template("The model server keeps the file to itself.")


class NothingToRestore(Conflict):
    """The model server deletes for good."""

    text = template("The model server keeps no deleted models, so none can be brought back.")


class OwnSuccessRates(Conflict):
    """The model server takes no measurements."""

    text = template("The model server keeps its own success rates.")


class PurgedElsewhere(Conflict):
    """There is nothing to purge where a model server keeps the models; said in a terminal only."""

    text = template("The models are the model server's (MODEL_SERVER_URL): what it deletes is gone at once.")


class UserUnknown(SignInNeeded):
    """A page's reader is not known, where programs need a token."""

    text = template("This Clew does not know who you are, so you can look but change nothing.")


class TokenNeeded(SignInNeeded):
    """A program sent no token, or a wrong one."""

    text = template("Changes need this Clew's token: send it as Authorization: Bearer <token>.")


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
