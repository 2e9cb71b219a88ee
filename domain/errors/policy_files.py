"""What is wrong with a policy's file, before anything runs it."""

from collections.abc import Sequence

from domain.messages import Message, template


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
