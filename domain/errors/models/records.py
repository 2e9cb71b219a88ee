"""Why there is no such model, or nothing can be kept with it."""

from domain.errors import Conflict, NotFound
from domain.messages import template


class ModelNotFound(NotFound):
    """No model has this id, which is quoted where a stranger gave it."""

    text = template("There is no model {model_id}.")
    model_id: str


class RegisteredModelUnknown(NotFound):
    """What was asked for is no registered model of the team's; quoted, for a stranger gave it."""

    text = template("There is no registered model {name} here.")
    name: str


class ModelIsDeleted(NotFound):
    """The model is there no more, for those who read."""

    text = template("Model {model_id} is deleted.")
    model_id: str


class NoActiveModel(NotFound):
    """No model was ever activated."""

    text = template("No model is active.")


class ModelWithoutRun(Conflict):
    """Nothing can be kept with a run that is not known."""

    text = template("It is not known which run model {model_id} came from, so nothing can be kept with it.")
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


class NoSignaturesThere(Conflict):
    """The model server is not told how a policy is read."""

    text = template("The model server is not told how a policy's file is read.")


class PurgedElsewhere(Conflict):
    """There is nothing to purge where a model server keeps the models; said in a terminal only."""

    text = template("The models are the model server's (MODEL_SERVER_URL): what it deletes is gone at once.")
