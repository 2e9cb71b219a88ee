"""What is wrong with a policy's file, or with what it answers: the reasons of PolicyRefused and PolicyFailed."""

from domain.errors import BadInput
from domain.messages import Message, Reason, template


class CannotBeLoaded(Message):
    """onnxruntime does not load it, and says nothing."""

    text = template("The policy cannot be loaded.")


class LoadFailed(Message):
    """onnxruntime does not load it; `reason` is its own."""

    text = template("The policy cannot be loaded: {reason}.")
    reason: Reason


class RunFailed(Message):
    """onnxruntime does not run it; `reason` is its own."""

    text = template("The policy cannot be run: {reason}.")
    reason: Reason


class NeedsMemory(Message):
    """The memory that it may have does not suffice."""

    text = template("The policy needs more memory than the {gib} GiB it is given.")
    gib: str


class TooSlow(Message):
    """Loading and running it took longer than a check may."""

    text = template("Loading and running the policy took longer than {seconds} seconds.")
    seconds: float


class CrashedWhileChecked(Message):
    """The process was ended by a signal."""

    text = template("Loading or running the policy crashed onnxruntime ({signal}).")
    signal: str


class LoadAnswerUnreadable(Message):
    """The process said something that is no answer after loading."""

    text = template("Loading the policy ended without an answer that makes sense.")


class CheckAnswerUnreadable(Message):
    """The process said something that is no answer to a check."""

    text = template("Checking the policy ended without an answer that makes sense.")


class ExitStatus(Message):
    """How a process ended by itself."""

    text = template("exit status {number}")
    number: int


class Crashed(Message):
    """The process ended; `cause` says by what."""

    text = template("The policy crashed onnxruntime ({cause}).")
    cause: str | Message


class NoAnswer(Message):
    """The check ended without all its answers."""

    text = template("The policy did not answer.")


class LoadTimedOut(Message):
    """It was stopped while it was loaded."""

    text = template("The policy did not load within {seconds} s and was stopped.")
    seconds: float


class AnswerTimedOut(Message):
    """It was stopped while it was asked."""

    text = template("The policy did not answer within {seconds} s and was stopped.")
    seconds: float


class ComputedTooLong(Message):
    """The kernel ended it for the CPU time that it took."""

    text = template("The policy computed for too long and was stopped.")


class SaidTooMuch(Message):
    """The answer is longer than any can be."""

    text = template("The policy said more than any policy has to say.")


class WrongNumberOfScores(Message):
    """The answer has another number of scores than observations."""

    text = template("The policy gave {given} scores for {number} observations.")
    given: int
    number: int


class WrongShapeOfScores(Message):
    """The answer for a batch has another shape; shapes as lists."""

    text = template("The policy gives {given} scores for a batch of {number}.")
    given: str
    number: int


class WrongShapeWanted(Message):
    """The answer for a batch has another shape than its environment wants; shapes as lists."""

    text = template("The policy gives {given} scores for a batch of {number}, not {wanted}.")
    given: str
    number: int
    wanted: str


class ScoresNotFinite(Message):
    """Some score is NaN or infinite."""

    text = template("The policy's scores are not all finite numbers.")


class ScoresOfShape(BadInput):
    """A policy that is evaluated gives scores of another shape; shapes as tuples."""

    text = template("The policy answered scores of shape {given}, not {wanted}.")
    given: str
    wanted: str


class ScoresInfinite(BadInput):
    """A policy that is evaluated gives NaN or infinity."""

    text = template("The policy answered scores that are not finite numbers.")


class AnswersNoArray(Message):
    """An output is no array of numbers."""

    text = template("The policy answers {output} with something that is no array of numbers.")
    output: str


class AnswerTooLarge(Message):
    """The outputs have more bytes than any that are read."""

    text = template("The policy answers with more than {mib} MiB.")
    mib: int


class AnswerUnlike(Message):
    """An output has another shape than its meaning wants; shapes as lists."""

    text = template("The policy answers {output} as {given} for {number} observations, not as {wanted} for each.")
    output: str
    given: str
    number: int
    wanted: str


class ActionOutside(Message):
    """An action that the environment does not know."""

    text = template("The policy chooses {action}, which is no action of {environment}: {wanted}.")
    action: str
    environment: str
    wanted: str


class OutputNotFinite(Message):
    """An output is NaN or infinite."""

    text = template("The policy's {output} are not all finite numbers.")
    output: str


class StateChangesShape(Message):
    """A recurrent policy's next state is none that it takes; shapes as lists."""

    text = template("The policy remembers {given}, which does not fit its input {input}.")
    given: str
    input: str


class ObservationUnlike(BadInput):
    """What an environment shows is not of its own space."""

    text = template("{environment} shows {given} as {part}, which is not of its space.")
    environment: str
    given: str
    part: str


class AskedForTooMany(BadInput):
    """More observations at once than a process takes."""

    text = template("A policy is asked for {most} observations at once, not {number}.")
    most: int
    number: int
