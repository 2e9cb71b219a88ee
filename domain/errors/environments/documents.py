"""Why a model's or a run's file about its environment cannot be used: reasons of EnvironmentRefused."""

from domain.messages import Message, Reason, template


class EnvironmentFileUnreadable(Message):
    """The artifact exists but is invalid."""

    text = template("Its artifact {artifact} is not followed: {reason}")
    artifact: str
    reason: Reason


class EnvironmentFileTooLong(Message):
    """The file is too long."""

    text = template("It has more than {kib} KiB.")
    kib: int


class EnvironmentFileNotText(Message):
    """The file is not UTF-8."""

    text = template("It is no text in UTF-8.")


class EnvironmentFilesOutOfReach(Message):
    """MLflow failed, so it is unknown whether such artifacts exist."""

    text = template("What its artifacts say of its environment is not known: {reason}")
    reason: Reason


class StatisticsPickled(Message):
    """The only statistics are a pickle, as VecNormalize saves them."""

    text = template(
        "The statistics that its observations are normalised by are there only as {artifact}, a pickle, which is never"
        " opened; note them as normalization.json or in the tag normalization, without parts where only the reward was"
        " normalised."
    )
    artifact: str
