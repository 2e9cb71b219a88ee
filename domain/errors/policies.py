"""What is wrong with a policy's file, or with what it answers: the reasons of PolicyRefused and PolicyFailed."""

from collections.abc import Sequence

from domain.errors import BadInput
from domain.messages import Message, Reason, template


class FileMissing(Message):
    """The model's file is not among its artifacts."""

    text = template("Its file {path} is not there.")
    path: str


class NotOnnxModel(Message):
    """Nothing names an ONNX file."""

    text = template("It has no tag onnx_file and no MLmodel file: it is no ONNX model.")


class OtherFlavors(Message):
    """MLflow's description names other kinds of models."""

    text = template("It is no ONNX model but one of {kinds}.")
    kinds: Sequence[str | Message]


class NoKnownKind(Message):
    """Nothing among the kinds."""

    text = template("no known kind")


class MlmodelUnreadable(Message):
    """MLflow's description of the model is no plain YAML of ours."""

    text = template("Its MLmodel file makes no sense.")


class MlmodelTooLong(Message):
    """MLflow's description of the model is longer than is read."""

    text = template("Its MLmodel file is longer than {kib} KiB.")
    kib: int


class EnvironmentUnknown(Message):
    """The model does not say what it was trained for."""

    text = template("It is not known which environment the policy was trained for, so it cannot be checked.")


class ContractUnknown(Message):
    """Clew knows no contract for that environment."""

    text = template("Nothing is known about what a policy for {environment} takes and gives, so it cannot be checked.")
    environment: str


class FileEmpty(Message):
    """The file has no byte."""

    text = template("The policy file is empty.")


class NotOnnx(Message):
    """The file does not begin as an ONNX file does."""

    text = template("The policy file is no ONNX file.")


class FileDamaged(Message):
    """The file begins as an ONNX file does, and does not go on so."""

    text = template("The policy file is cut short or damaged.")


class FileTooLarge(Message):
    """The file is larger than is taken; sizes with separators."""

    text = template("The policy file has {size} bytes; at most {mib} MiB ({most}) are taken.")
    size: str
    mib: int
    most: str


class ExternalData(Message):
    """The file points at others."""

    text = template("The policy keeps numbers in other files (external data); it has to be exported as one file.")


class TooManyTensors(Message):
    """The description of the tensors is longer than is read."""

    text = template("The policy names so many inputs and outputs that it cannot be one.")


class InputMisfit(Message):
    """The policy takes something else than its environment gives."""

    text = template(
        "The policy's input is {found}, but {environment} wants exactly one, {wanted}, for a batch of any size."
    )
    found: str | Message
    environment: str
    wanted: str | Message


class OutputMisfit(Message):
    """The policy gives something else than its environment takes."""

    text = template(
        "The policy's output is {found}, but {environment} wants exactly one, {wanted}, for a batch of any size."
    )
    found: str | Message
    environment: str
    wanted: str | Message


class AndMore(Message):
    """A list that is cut."""

    text = template("{shown} and {number} more")
    shown: str
    number: int


class EitherOf(Message):
    """One of two."""

    text = template("{one} or {other}")
    one: str
    other: str


class NothingThere(Message):
    """A list without an entry."""

    text = template("missing")


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


class ZeroScoresNotFinite(Message):
    """Some score is NaN or infinite, for an observation of zeros."""

    text = template("The policy's scores for an observation of zeros are not all finite numbers.")


class ScoresOfShape(BadInput):
    """A policy that is evaluated gives scores of another shape; shapes as tuples."""

    text = template("The policy answered scores of shape {given}, not {wanted}.")
    given: str
    wanted: str


class ScoresInfinite(BadInput):
    """A policy that is evaluated gives NaN or infinity."""

    text = template("The policy answered scores that are not finite numbers.")


class AskedForTooMany(BadInput):
    """More observations at once than a process takes."""

    text = template("A policy is asked for {most} observations at once, not {number}.")
    most: int
    number: int
