"""Why a version's policy file, or its external data, cannot be used."""

from domain.errors import ServiceError, ServiceUnavailable
from domain.messages import Message, Reason, template


class FileLarger(Message):
    """The file is larger than the limit, by an unknown amount."""

    text = template("The policy file has more than {mib} MiB, the maximum.")
    mib: int


class FilesLarger(Message):
    """The file and its external data are larger than the limit."""

    text = template("The policy file and the files with its weights have more than {mib} MiB together, the maximum.")
    mib: int


class FileGoneWithRun(Message):
    """The file is missing, and the run that made it was deleted."""

    text = template("Its file {path} is missing: its run {run_id} was deleted.")
    path: str
    run_id: str


class DataElsewhere(Message):
    """External data is outside of the version's own folder."""

    text = template(
        "The policy stores weights in {location} (external data), which is outside its own folder: export it as one"
        " file, or with its data in the same folder."
    )
    location: str


class DataMissing(Message):
    """A file with external data is missing from the version."""

    text = template(
        "The policy stores weights in {path} (external data), which is missing: log that file too, or export the"
        " policy as one file."
    )
    path: str


class DataShort(Message):
    """A file with external data is shorter than the policy states."""

    text = template("The policy's weights in {path} (external data) are cut short, or belong to another export.")
    path: str


class DataUnclear(Message):
    """The location of external data is not a file name, or its offset or length is invalid."""

    text = template("The policy does not state where its weights are stored (external data): export it as one file.")


class DataInTooManyFiles(Message):
    """External data is in more files than are fetched."""

    text = template(
        "The policy stores its weights in more than {most} other files (external data): export it as one file."
    )
    most: int


class SourceUnreadable(ServiceError):
    """MLflow answered but cannot read the store of a version's files; `source` has no name and password."""

    text = template("cannot read this version's files at {source}: {reason}")
    source: str
    reason: ServiceError


class AskedAgainWithin(ServiceUnavailable):
    """The service failed a moment ago in a way that may pass, and was not asked again; nothing was sent."""

    text = template("{reason}; the next attempt is within {seconds} seconds")
    was_sent = False
    reason: Reason
    seconds: int


class StillUnreadable(ServiceError):
    """The service failed in a way that does not pass by itself, and was not asked again."""

    text = template("{reason}; the next attempt is within {seconds} seconds")
    reason: Reason
    seconds: int
