"""What becomes of a training's files on the scheduler's machine."""

from domain.messages import Message, template


class FilesRemoved(Message):
    """What it wrote on the scheduler's machine is gone."""

    text = template("its log and files are gone: newer trainings needed the room, or somebody removed them")


class FilesGone(Message):
    """Its checkpoint went with its files, and MLflow has none either."""

    text = template("its files are gone, to make room for newer ones, and MLflow has no checkpoint of it")


class DiskFull(Message):
    """The program ended badly while the disk that holds its files took no more."""

    text = template("ended with exit code {exit_code}; the disk that holds its files is full")
    exit_code: int
