"""Why a file of a run is not there, or is not shown."""

from domain.errors import BadInput, ClewError, NotFound, ServiceUnavailable
from domain.errors.requests import RequestRefused
from domain.messages import Message, Reason, template


class ArtifactPathMalformed(RequestRefused):
    """What was asked for can be no path of a run's artifact."""

    text = template("No file of a run can have this path.")


class PathTooLong(Message):
    """A path has more bytes than stores take."""

    text = template("it is longer than {most} bytes")
    most: int


class PathLeadsElsewhere(Message):
    """A path is absolute, or leads up or outside."""

    text = template("it leads out of the run's own folder")


class PathNotText(Message):
    """A path has control characters, or was no text when it came."""

    text = template("it has characters that no file name has")


class PathEmpty(Message):
    """No file is named."""

    text = template("it is empty")


class NoSuchArtifact(NotFound):
    """The run has no file of this path."""

    text = template("This run has no file {path}.")
    path: str


class RangeOutside(ClewError):
    """A part of a file was asked for that begins behind its end."""

    text = template("The file has only {size} bytes.")
    status = 416
    size: int


class RangeNotServed(ClewError):
    """The store gives files only from their beginning, and what is asked for lies too far in."""

    text = template(
        "MLflow gives this file only from its beginning, and this part of it lies more than {mib} MiB in: download it."
    )
    status = 502
    mib: int


class StoreNotRead(ServiceUnavailable):
    """MLflow could not read the store where a run keeps its files itself, or does not know its kind."""

    text = template(
        "could not read {root}, where this run keeps its files: {reason}. It needs that store's library and access to"
        " it, or to be given the files itself ({option})"
    )
    root: str
    reason: Reason
    option: str = "mlflow server --artifacts-destination"


class NotShown(ClewError):
    """A file is not previewed, and why."""

    text = template("This file is not shown here: {reason}. You can download it.")
    status = 422
    reason: Message


class ArtifactEmpty(Message):
    """A file has no bytes."""

    text = template("it is empty")


class ArtifactTooLarge(Message):
    """More bytes than are read for a preview of this kind."""

    text = template("it is larger than {mib} MiB")
    mib: int


class NotAsNamed(Message):
    """The first bytes are not those of what the name says."""

    text = template("its name ends in {suffix}, but it does not begin like such a file")
    suffix: str


class NoPreview(Message):
    """A kind of file that Clew knows no preview for."""

    text = template("it is neither a text nor a kind of file that Clew can show")


class PictureTooLarge(Message):
    """A browser would need gigabytes for the picture, however small its file is."""

    text = template("the picture is {width} × {height} pixels, more than a browser should unpack")
    width: int
    height: int


class PictureUnreadable(Message):
    """The head of a picture does not say how large it is."""

    text = template("the picture does not say how large it is")


class TableUnreadable(Message):
    """A program that reads tables could not read the file within its limits."""

    text = template("no table could be read from it within {seconds} seconds and {mib} MiB of memory")
    seconds: int
    mib: int


class DocumentUnreadable(Message):
    """A Markdown text or a notebook that could not be laid out within its limits."""

    text = template("it could not be laid out as a document")


class PatternInvalid(BadInput):
    """No regular expression, or one of a kind that can take for ever; `reason` are RE2's words."""

    text = template("The pattern “{pattern}” is not understood: {reason}")
    pattern: str
    reason: Reason


class MediaPatternStepless(BadInput):
    """Nothing in a pattern says which number is the step."""

    text = template(
        "The pattern “{pattern}” does not say where the step is: write {slot} once, as in"
        " {example}, or a group {group} in a regular expression."
    )
    pattern: str
    slot: str = "{step}"
    example: str = "rollouts/{key}-{step}.mp4"
    group: str = "(?P<step>…)"


class PatternTooLong(BadInput):
    """A longer pattern than anybody writes."""

    text = template("A pattern can have {most} characters at most.")
    most: int


class FigureTooLarge(Message):
    """A figure that would hold up a page."""

    text = template("the figure has more than {most} values, too many to be drawn in a page")
    most: int


class OnnxUnreadable(Message):
    """The file is no ONNX model."""

    text = template("no ONNX model could be read from it")
