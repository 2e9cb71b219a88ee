"""Why a model's episode is not shown, and what can be done about it."""

from domain.errors import BadInput, NotFound
from domain.messages import Message, Reason, template


class NotEvaluated(NotFound):
    """The engine has no evaluation of this model."""

    text = template("Model {model_id} was not evaluated here.")
    model_id: str


class EvaluationBrokeDown(Message):
    """The evaluation failed with an unforeseen exception."""

    text = template("The evaluation failed; see the engine's log for details.")


class FileDidNotCome(NotFound):
    """The model's file was deleted while it was fetched."""

    text = template("The file of model {model_id} was not received.")
    model_id: str


class OnlyMazeEpisodes(BadInput):
    """Episodes of the maze are not rendered as pictures."""

    text = template("Model {model_id} plays in the maze, whose episodes are not saved as pictures.")
    model_id: str


class NotAnsweredYet(Message):
    """What a viewer waits for: a call takes long, but has not failed."""

    text = template("the model or its environment has not answered yet")


class EpisodeNotRestored(Message):
    """The environment was closed while its episode was paused, and replaying the actions gave another state."""

    text = template(
        "The episode was idle for too long and cannot continue: the same actions led to a different result."
    )


class MazeSizeOutOfRange(BadInput):
    """The maze size is out of range."""

    text = template("A maze has {least} to {most} cells per side, not {size}.")
    least: int
    most: int
    size: int


class MazeSeedNegative(BadInput):
    """The maze seed is negative."""

    text = template("A maze seed is 0 or more, not {seed}.")
    seed: int


class CommandBinary(BadInput):
    """A viewer sent a binary message."""

    text = template("A command is a text message, not a binary one.")


class CommandMisfit(BadInput):
    """A viewer's command is invalid; `field` names the field, `misfit` the reason."""

    text = template("The command is invalid: {field}: {misfit}.")
    field: str
    misfit: Reason


class Remedy(Message):
    """Advice for a failure."""


class ActivateAnotherOrPutBack(Remedy):
    """The model's file was deleted."""

    text = template("Activate another model, or put the file back, and reset.")


class SayHowItIsRead(Remedy):
    """A policy has several readings."""

    text = template(
        "Activate it: the models page then asks how its inputs and outputs are read. Or set the tag policy_signature."
    )


class ActivateAnother(Remedy):
    """The policy cannot be used."""

    text = template("This policy cannot be used: activate another model, and reset.")


class InstallEnvironment(Remedy):
    """The environment is not installed where the engine runs."""

    text = template("Install it where Clew runs, or have ENVIRONMENTS_FILE name the package, and reset.")


class CorrectEnvironment(Remedy):
    """The model's description of its environment is refused."""

    text = template("Correct the environment that the model names, or add it to ENVIRONMENTS_FILE, then reset.")


class MendEnvironment(Remedy):
    """The environment violated the rules."""

    text = template("Reset; if it happens again, the environment itself must be fixed.")


class ActivateOne(Remedy):
    """No model is active, or not this one."""

    text = template("Activate a model on the models page, and reset.")


class WatchItThere(Remedy):
    """The model server does not provide the file."""

    text = template("Watch the model on the page of the server that keeps it.")


class ReadTheInstructions(Remedy):
    """The command was invalid."""

    text = template("Send a command in the format that the engine's documentation describes.")


class CheckClewUrl(Remedy):
    """The address is not that of a Clew."""

    text = template("Check that CLEW_URL points to a Clew of this version.")


class WaitAndReset(Remedy):
    """A service does not answer."""

    text = template("Wait a moment and reset; if it happens again, check that the dashboard and MLflow are running.")


class ReadTheEngineLog(Remedy):
    """The cause is unknown."""

    text = template("Reset, and read the engine's log.")
