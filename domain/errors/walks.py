"""Why a model does not walk, and what can be done about it."""

from domain.errors import BadInput, NotFound
from domain.messages import Message, Reason, template


class NotEvaluated(NotFound):
    """The engine knows no evaluation of this model."""

    text = template("Model {model_id} was not evaluated here.")
    model_id: str


class EvaluationBrokeDown(Message):
    """The evaluation ended in a way that nobody foresaw."""

    text = template("The evaluation broke down; the engine's log says where.")


class FileDidNotCome(NotFound):
    """The model's file left while it was fetched."""

    text = template("The file of model {model_id} did not come.")
    model_id: str


class OnlyMazeEpisodes(BadInput):
    """A walk in the maze is no picture of an environment's."""

    text = template("Model {model_id} walks the maze, whose episodes are not kept as pictures.")
    model_id: str


class EpisodeFormatUnknown(BadInput):
    """What was asked for as an episode's format is none."""

    text = template("An episode is drawn as WebP or GIF, not as {given}.")
    given: str


class SeedMisfit(BadInput):
    """What was given as an episode's seed is none."""

    text = template("An episode's seed is a whole number from 0 on, not {given}.")
    given: str


class EpisodeNotRestored(Message):
    """An environment was given back while its episode stood still, and then did not do the same again."""

    text = template("The episode stood still for long and cannot go on: the same actions led elsewhere.")


class MazeSizeOutOfRange(BadInput):
    """A maze of that size is not made."""

    text = template("A maze has {least} to {most} cells a side, not {size}.")
    least: int
    most: int
    size: int


class MazeSeedNegative(BadInput):
    """A maze has no such seed."""

    text = template("A maze seed is 0 or more, not {seed}.")
    seed: int


class CommandBinary(BadInput):
    """A viewer sent bytes."""

    text = template("A command is a text message, not a binary one.")


class CommandMisfit(BadInput):
    """A viewer's command does not fit; `field` names what, `misfit` how."""

    text = template("The command makes no sense: {field}: {misfit}.")
    field: str
    misfit: Reason


class Remedy(Message):
    """What can be done about a failure."""


class ActivateAnotherOrPutBack(Remedy):
    """The model's file is gone."""

    text = template("Activate another model, or put the file back, and reset.")


class SayHowItIsRead(Remedy):
    """A policy can be read in several ways."""

    text = template("Activate it: the models' page asks then how it is read. Or set the tag policy_signature.")


class ActivateAnother(Remedy):
    """The policy is of no use."""

    text = template("This policy cannot be used: activate another model, and reset.")


class InstallEnvironment(Remedy):
    """The environment is not installed where the engine runs."""

    text = template("Install it where Clew runs, or have ENVIRONMENTS_FILE name the package, and reset.")


class CorrectEnvironment(Remedy):
    """What names the environment is not followed."""

    text = template("Correct how the model names its environment, or have ENVIRONMENTS_FILE name it, and reset.")


class MendEnvironment(Remedy):
    """The environment did something that none may."""

    text = template("Reset; if it happens again, the environment itself has to be mended.")


class ActivateOne(Remedy):
    """No model is active, or not this one."""

    text = template("Activate a model on the models page, and reset.")


class WatchItThere(Remedy):
    """The model server keeps the file."""

    text = template("Watch the model on the page of the server that keeps it.")


class ReadTheInstructions(Remedy):
    """The command was none."""

    text = template("Send a command as the engine's page of instructions has it.")


class CheckClewUrl(Remedy):
    """The address is no Clew's."""

    text = template("See whether CLEW_URL names a Clew of this version.")


class WaitAndReset(Remedy):
    """A service is away."""

    text = template("Wait a little and reset; if it stays, see whether the dashboard and MLflow run.")


class ReadTheEngineLog(Remedy):
    """Nobody knows."""

    text = template("Reset, and read the engine's log.")
