"""Why a run's file is missing or not shown."""

from domain.errors import BadInput, ClewError, NotFound, ServiceUnavailable
from domain.errors.requests import RequestRefused
from domain.messages import Message, Reason, template


class ArtifactPathMalformed(RequestRefused):
    """The requested path cannot be that of a run's artifact."""

    text = template("No file of a run can have this path.")


class PathTooLong(Message):
    """A path has more bytes than stores accept."""

    text = template("it is longer than {most} bytes")
    most: int


class PathLeadsElsewhere(Message):
    """A path is absolute, or leads to a parent folder or outside."""

    text = template("it points outside the run's own folder")


class PathNotText(Message):
    """A path has control characters, or was not valid text."""

    text = template("it has characters that no file name can have")


class PathEmpty(Message):
    """The path is empty."""

    text = template("it is empty")


class NoSuchArtifact(NotFound):
    """The run has no file at this path."""

    text = template("This run has no file {path}.")
    path: str


class RangeOutside(ClewError):
    """The requested part begins after the end of the file."""

    text = template("The file has only {size} bytes.")
    status = 416
    size: int


class RangeNotServed(ClewError):
    """The store serves files only from their beginning, and the requested part begins too far in."""

    text = template(
        "MLflow can serve this file only from its beginning, and this part is more than {mib} MiB in: download the"
        " file."
    )
    status = 502
    mib: int


class StoreNotRead(ServiceUnavailable):
    """MLflow could not read the store of a run's files itself, or does not know its kind."""

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
    """The file has more bytes than a preview of its kind reads."""

    text = template("it is larger than {mib} MiB")
    mib: int


class NotAsNamed(Message):
    """The first bytes do not match the file's name."""

    text = template("its name ends in {suffix}, but its content is not of that type")
    suffix: str


class NoPreview(Message):
    """Clew has no preview for this kind of file."""

    text = template("it is neither a text nor a kind of file that Clew can show")


class PictureTooLarge(Message):
    """A browser would need gigabytes for the picture, even if its file is small."""

    text = template("the picture is {width} × {height} pixels, too large for a browser")
    width: int
    height: int


class PictureUnreadable(Message):
    """The head of a picture does not contain its size."""

    text = template("the picture does not state its size")


class TableUnreadable(Message):
    """The file could not be read as a table within the limits."""

    text = template("no table could be read from it within {seconds} seconds and {mib} MiB of memory")
    seconds: int
    mib: int


class DocumentUnreadable(Message):
    """A Markdown text or a notebook could not be converted within the limits."""

    text = template("it could not be laid out as a document")


class PatternInvalid(BadInput):
    """The pattern is no regular expression, or of a kind that may take exponential time; `reason` is RE2's."""

    text = template("The pattern “{pattern}” is invalid: {reason}")
    pattern: str
    reason: Reason


class MediaPatternStepless(BadInput):
    """A pattern does not define which number is the step."""

    text = template(
        "The pattern “{pattern}” does not show where the step is: write {slot} once, as in {example}, or a group"
        " {group} in a regular expression."
    )
    pattern: str
    slot: str = "{step}"
    example: str = "rollouts/{key}-{step}.mp4"
    group: str = "(?P<step>…)"


class PatternTooLong(BadInput):
    """The pattern is too long."""

    text = template("A pattern can have {most} characters at most.")
    most: int


class FigureTooLarge(Message):
    """A figure is too large to be drawn in a page."""

    text = template("the figure has more than {most} values, too many to be drawn in a page")
    most: int


class OnnxUnreadable(Message):
    """The file is not an ONNX model."""

    text = template("no ONNX model could be read from it")
