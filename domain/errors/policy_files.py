"""What is wrong with a policy's file, before it is run."""

from collections.abc import Sequence

from domain.messages import Message, template


class FileMissing(Message):
    """The model's file is not among its artifacts."""

    text = template("Its file {path} is missing.")
    path: str


class NotOnnxModel(Message):
    """Neither a tag nor MLmodel names an ONNX file."""

    text = template("It has no tag onnx_file and no MLmodel file, so it is not an ONNX model.")


class OtherFlavors(Message):
    """The MLmodel file names other kinds of models."""

    text = template("It is not an ONNX model but one of {kinds}.")
    kinds: Sequence[str | Message]


class NoKnownKind(Message):
    """Stands in for an empty list of kinds."""

    text = template("no known kind")


class MlmodelUnreadable(Message):
    """The MLmodel file is not the plain YAML that Clew reads."""

    text = template("Its MLmodel file is invalid.")


class MlmodelTooLong(Message):
    """The MLmodel file is too long."""

    text = template("Its MLmodel file is longer than {kib} KiB.")
    kib: int


class EnvironmentUnknown(Message):
    """The model does not name the environment it was trained on."""

    text = template("It is not known which environment the policy was trained for, so it cannot be checked.")


class ContractUnknown(Message):
    """Clew has no contract for policies of that environment."""

    text = template("The inputs and outputs of a policy for {environment} are unknown, so it cannot be checked.")
    environment: str


class FileEmpty(Message):
    """The file is empty."""

    text = template("The policy file is empty.")


class NotOnnx(Message):
    """The file does not begin like an ONNX file."""

    text = template("The policy file is not an ONNX file.")


class FileDamaged(Message):
    """The file begins like an ONNX file, but the rest is invalid."""

    text = template("The policy file is cut short or damaged.")


class FileTooLarge(Message):
    """The file is larger than the limit; sizes are written with separators."""

    text = template("The policy file has {size} bytes; at most {mib} MiB ({most}) are accepted.")
    size: str
    mib: int
    most: str


class ExternalData(Message):
    """The file refers to other files."""

    text = template("The policy stores its weights in other files (external data): export it as one file.")


class TooManyTensors(Message):
    """The description of the tensors is too long."""

    text = template("The file has too many inputs and outputs to be a policy.")


class InputMisfit(Message):
    """The policy's input does not fit its environment's observation."""

    text = template(
        "The policy's input is {found}, but {environment} needs exactly one, {wanted}, for a batch of any size."
    )
    found: str | Message
    environment: str
    wanted: str | Message


class OutputMisfit(Message):
    """The policy's output does not fit its environment's actions."""

    text = template(
        "The policy's output is {found}, but {environment} needs exactly one, {wanted}, for a batch of any size."
    )
    found: str | Message
    environment: str
    wanted: str | Message


class AndMore(Message):
    """The end of a list that is cut."""

    text = template("{shown} and {number} more")
    shown: str
    number: int


class EitherOf(Message):
    """One of two alternatives."""

    text = template("{one} or {other}")
    one: str
    other: str


class NothingThere(Message):
    """Stands in for an empty list."""

    text = template("missing")
