"""Errors of mutes."""

from domain.errors import Conflict, NotFound
from domain.messages import template


class NoSuchMute(NotFound):
    """There is no mute in force with this id."""

    text = template("There is no such mute; it may already have ended.")


class MutesFull(Conflict):
    """The limit of mutes in force is reached."""

    text = template("{most} mutes are in force; end one first.")
    most: int
