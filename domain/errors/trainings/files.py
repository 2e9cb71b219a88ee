"""What happened to a training's files on the scheduler's machine."""

from domain.messages import Message, template


class FilesRemoved(Message):
    """The training's files on the scheduler's machine were removed."""

    text = template("its log and files were deleted, by a user or to make room for newer trainings")


class FilesGone(Message):
    """The checkpoint was removed with the files, and MLflow has none either."""

    text = template("its files were deleted to make room for newer ones, and MLflow has no checkpoint of it")


class DiskFull(Message):
    """The program failed while the disk of its files was full."""

    text = template("ended with exit code {exit_code}; the disk that holds its files is full")
    exit_code: int
