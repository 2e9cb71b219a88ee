"""What is wrong with a policy's file or its answers: the reasons of PolicyRefused and PolicyFailed."""

from domain.errors import BadInput
from domain.errors.time_limits import TimeLimit
from domain.messages import Message, Reason, template


class CannotBeLoaded(Message):
    """onnxruntime fails to load the policy without a reason."""

    text = template("The policy cannot be loaded.")


class LoadFailed(Message):
    """onnxruntime fails to load the policy; `reason` is its own text."""

    text = template("The policy cannot be loaded: {reason}.")
    reason: Reason


class RunFailed(Message):
    """onnxruntime fails to run the policy; `reason` is its own text."""

    text = template("The policy cannot be run: {reason}.")
    reason: Reason


class NeedsMemory(Message):
    """The memory limit is too low."""

    text = template("The policy needs more memory than the allowed {gib} GiB.")
    gib: str


class TooSlow(Message):
    """Loading and running the policy took longer than the limit of a check."""

    text = template("Loading and running the policy took longer than {limit}.")
    limit: TimeLimit


class CrashedWhileChecked(Message):
    """A signal ended the process."""

    text = template("Loading or running the policy crashed onnxruntime ({signal}).")
    signal: str


class LoadAnswerUnreadable(Message):
    """The process sent an invalid answer after loading."""

    text = template("Loading the policy ended without a valid result.")


class CheckAnswerUnreadable(Message):
    """The process sent an invalid answer to a check."""

    text = template("The policy check ended without a valid result.")


class ExitStatus(Message):
    """The exit status of a process that ended by itself."""

    text = template("exit status {number}")
    number: int


class Crashed(Message):
    """The process ended; `cause` is a signal or an exit status."""

    text = template("The policy crashed onnxruntime ({cause}).")
    cause: str | Message


class NoAnswer(Message):
    """The check ended with answers missing."""

    text = template("The policy did not answer.")


class LoadTimedOut(Message):
    """The policy was stopped while it was loading."""

    text = template("The policy did not load within {limit} and was stopped.")
    limit: TimeLimit


class AnswerTimedOut(Message):
    """The policy was stopped while it was computing an answer."""

    text = template("The policy did not answer within {limit} and was stopped.")
    limit: TimeLimit


class ComputedTooLong(Message):
    """The kernel ended the process at its CPU time limit."""

    text = template("The policy took too long to compute and was stopped.")


class SaidTooMuch(Message):
    """The answer is longer than any valid one."""

    text = template("The policy returned too much data.")


class WrongNumberOfScores(Message):
    """The answer has another number of scores than observations."""

    text = template("The policy returned {given} scores for {number} observations.")
    given: int
    number: int


class WrongShapeOfScores(Message):
    """The answer for a batch has the wrong shape; shapes are written as lists."""

    text = template("The policy returns scores of shape {given} for a batch of {number}.")
    given: str
    number: int


class WrongShapeWanted(Message):
    """The answer for a batch does not have the shape that the environment needs; shapes are written as lists."""

    text = template("The policy returns scores of shape {given} for a batch of {number}, not {wanted}.")
    given: str
    number: int
    wanted: str


class ScoresNotFinite(Message):
    """A score is NaN or infinite."""

    text = template("The policy's scores are not all finite numbers.")


class ScoresOfShape(BadInput):
    """A policy in an evaluation returned scores of the wrong shape; shapes are written as tuples."""

    text = template("The policy returned scores of shape {given}, not {wanted}.")
    given: str
    wanted: str


class ScoresInfinite(BadInput):
    """A policy in an evaluation returned NaN or infinity."""

    text = template("The policy returned scores that are not finite numbers.")


class AnswersNoArray(Message):
    """An output is not an array of numbers."""

    text = template("The policy's {output} is not an array of numbers.")
    output: str


class AnswerTooLarge(Message):
    """The outputs have more bytes than are read."""

    text = template("The policy returns more than {mib} MiB.")
    mib: int


class AnswerUnlike(Message):
    """An output does not have the shape that its meaning requires; shapes are written as lists."""

    text = template("The policy returns {output} as {given} for {number} observations, not as {wanted} for each.")
    output: str
    given: str
    number: int
    wanted: str


class ActionOutside(Message):
    """The action is not in the environment's action space."""

    text = template("The policy chooses {action}, which is not an action of {environment}: {wanted}.")
    action: str
    environment: str
    wanted: str


class OutputNotFinite(Message):
    """An output is NaN or infinite."""

    text = template("The policy's {output} are not all finite numbers.")
    output: str


class StateChangesShape(Message):
    """The next state of a recurrent policy does not fit its own input; shapes are written as lists."""

    text = template("The policy's next state is {given}, which does not fit its input {input}.")
    given: str
    input: str


class ObservationUnlike(BadInput):
    """An observation is not in its environment's observation space."""

    text = template("The part {part} of an observation of {environment} is {given}, which is not in its space.")
    environment: str
    given: str
    part: str


class AskedForTooMany(BadInput):
    """More observations at once than a policy process accepts."""

    text = template("A policy can be given at most {most} observations at once, not {number}.")
    most: int
    number: int
