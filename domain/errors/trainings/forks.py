"""What keeps a training from going on where another one was."""

from domain.messages import Message, template


class LearnedOtherwise(Message):
    """The checkpoint is of another kind of agent."""

    text = template("should be {had}, as of the checkpoint: no other can go on from it")
    had: str


class AlreadyBehind(Message):
    """As many episodes or steps are over already."""

    text = template("should be more than {done}, which are over already")
    done: int


class AnotherTrainer(Message):
    """A checkpoint is nothing to another program."""

    text = template("should be {trainer}, whose checkpoint it is")
    trainer: str
