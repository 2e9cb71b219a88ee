"""Why a model's or a run's file about its environment cannot be used: reasons of EnvironmentRefused."""

from domain.messages import Message, Reason, template


class EnvironmentFileUnreadable(Message):
    """The artifact exists but is invalid."""

    text = template("Its artifact {artifact} cannot be used: {reason}")
    artifact: str
    reason: Reason


class EnvironmentFileTooLong(Message):
    """The file is too long."""

    text = template("It has more than {kib} KiB.")
    kib: int


class EnvironmentFileNotText(Message):
    """The file is not UTF-8."""

    text = template("It is not UTF-8 text.")


class EnvironmentFilesOutOfReach(Message):
    """MLflow failed, so it is unknown whether such artifacts exist."""

    text = template("The environment described in its artifacts could not be read: {reason}")
    reason: Reason


class StatisticsPickled(Message):
    """The only statistics are a pickle, as VecNormalize saves them."""

    text = template(
        "The statistics that normalise its observations exist only as {artifact}, a pickle, which is never opened:"
        " store them as normalization.json or in the tag normalization, without parts if only the reward was"
        " normalised."
    )
    artifact: str
