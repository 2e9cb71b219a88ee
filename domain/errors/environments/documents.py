"""Why a file beside a model, or of its run, does not tell of its environment: reasons of EnvironmentRefused."""

from domain.messages import Message, Reason, template


class EnvironmentFileUnreadable(Message):
    """The artifact is there, and damaged."""

    text = template("Its artifact {artifact} is not followed: {reason}")
    artifact: str
    reason: Reason


class EnvironmentFileTooLong(Message):
    """More than is read."""

    text = template("It has more than {kib} KiB.")
    kib: int


class EnvironmentFileNotText(Message):
    """No UTF-8."""

    text = template("It is no text in UTF-8.")


class EnvironmentFilesOutOfReach(Message):
    """Whether there are such artifacts is not known: MLflow does not do its part."""

    text = template("What its artifacts say of its environment is not known: {reason}")
    reason: Reason


class StatisticsPickled(Message):
    """The only statistics are as VecNormalize saves them."""

    text = template(
        "The statistics that its observations are normalised by are there only as {artifact}, a pickle, which is never"
        " opened; note them as normalization.json or in the tag normalization, without parts where only the reward was"
        " normalised."
    )
    artifact: str
