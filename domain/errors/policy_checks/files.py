"""Why a version's policy file, or the file with its numbers, cannot be had."""

from domain.errors import ServiceError, ServiceUnavailable
from domain.messages import Message, Reason, template


class FileLarger(Message):
    """The file is larger than is taken; how large is not known."""

    text = template("The policy file has more than {mib} MiB, the most that is taken.")
    mib: int


class FilesLarger(Message):
    """The file and those with its numbers are larger than is taken."""

    text = template(
        "The policy file and those with its numbers have more than {mib} MiB together, the most that is taken."
    )
    mib: int


class FileGoneWithRun(Message):
    """The file is not there, and neither is the run that made it."""

    text = template("Its file {path} is not there: its run {run_id} was deleted.")
    path: str
    run_id: str


class DataElsewhere(Message):
    """External data is taken from the version's own folder alone."""

    text = template(
        "The policy keeps numbers in {location} (external data), which is not in its own folder: export it as one file,"
        " or with its data beside it."
    )
    location: str


class DataMissing(Message):
    """A file with external data is not among the version's."""

    text = template(
        "The policy keeps numbers in {path} (external data), which is not there: log that file beside it, or export the"
        " policy as one file."
    )
    path: str


class DataShort(Message):
    """A file with external data is shorter than the policy says."""

    text = template("The policy's numbers in {path} (external data) are cut short, or belong to another export.")
    path: str


class DataUnclear(Message):
    """External data whose place is no file name, or no numbers."""

    text = template("The policy does not say where its numbers are (external data): export it as one file.")


class DataInTooManyFiles(Message):
    """External data in more files than are fetched."""

    text = template(
        "The policy keeps its numbers in more than {most} other files (external data): export it as one file."
    )
    most: int


class SourceUnreadable(ServiceError):
    """MLflow answered, and cannot read the place where a version's files are; no name and password in `source`."""

    text = template("cannot read this version's files at {source}: {reason}")
    source: str
    reason: ServiceError


class AskedAgainWithin(ServiceUnavailable):
    """It failed a moment ago, as what only starts does, and was not asked again; nothing was sent."""

    text = template("{reason}; it is asked again within {seconds} seconds")
    was_sent = False
    reason: Reason
    seconds: int


class StillUnreadable(ServiceError):
    """It failed in a way that does not pass by itself, and was not asked again; nothing was sent."""

    text = template("{reason}; it is asked again within {seconds} seconds")
    reason: Reason
    seconds: int
