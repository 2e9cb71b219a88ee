"""Why a training cannot continue from another one's checkpoint."""

from domain.messages import Message, template


class LearnedOtherwise(Message):
    """The checkpoint is of another algorithm."""

    text = template("should be {had}, as in the checkpoint: no other value can continue from it")
    had: str


class AlreadyBehind(Message):
    """The requested number of episodes or steps is already reached."""

    text = template("should be more than {done}, which are already done")
    done: int


class AnotherTrainer(Message):
    """The checkpoint belongs to another trainer."""

    text = template("should be {trainer}, whose checkpoint it is")
    trainer: str
