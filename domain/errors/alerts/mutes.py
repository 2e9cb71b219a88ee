"""What is wrong with a mute."""

from domain.errors import Conflict, NotFound
from domain.messages import template


class NoSuchMute(NotFound):
    """Nothing is muted under this id, any more."""

    text = template("There is no such mute; it may have ended, or somebody ended it.")


class MutesFull(Conflict):
    """More are not kept."""

    text = template("{most} mutes are in force; end one first.")
    most: int
