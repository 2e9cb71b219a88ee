"""Why a model is not found, or nothing can be stored with it."""

from domain.errors import Conflict, NotFound
from domain.messages import template


class ModelNotFound(NotFound):
    """No model has this id, which is quoted because it comes from the request."""

    text = template("There is no model {model_id}.")
    model_id: str


class RegisteredModelUnknown(NotFound):
    """There is no registered model of this name, which is quoted because it comes from the request."""

    text = template("There is no registered model {name} here.")
    name: str


class ModelIsDeleted(NotFound):
    """The model is deleted, for requests that read it."""

    text = template("Model {model_id} is deleted.")
    model_id: str


class NoActiveModel(NotFound):
    """No model was ever activated."""

    text = template("No model is active.")


class ModelWithoutRun(Conflict):
    """Nothing can be stored with an unknown run."""

    text = template("It is not known which run model {model_id} came from, so nothing can be saved with it.")
    model_id: str


class FileNotShown(Conflict):
    """The model server does not provide policy files."""

    text = template("The model server does not provide the file.")


class NothingToRestore(Conflict):
    """The model server deletes permanently."""

    text = template("The model server keeps no deleted models, so none can be restored.")


class OwnSuccessRates(Conflict):
    """The model server accepts no measurements."""

    text = template("The model server manages its own success rates.")


class NoSignaturesThere(Conflict):
    """The model server has no place for policy signatures."""

    text = template("The model server cannot store how a policy's file is read.")


class PurgedElsewhere(Conflict):
    """Nothing can be purged where a model server keeps the models; shown in a terminal only."""

    text = template("The models are managed by the model server (MODEL_SERVER_URL): what it deletes is lost at once.")
