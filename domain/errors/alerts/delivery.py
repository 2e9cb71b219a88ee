"""Texts of messages about alerts: headings, and why a message was not delivered."""

from domain.messages import Message, Reason, template


class SeveralAlerts(Message):
    """The heading of a message with several alerts."""

    text = template("{count} events")
    count: int


class StillMore(Message):
    """The number of alerts that a message leaves out."""

    text = template("and {count} more")
    count: int


class NotDelivered(Message):
    """A message was not delivered."""

    text = template("it was not delivered: {reason}")
    reason: Reason


class NotDeliveredInTime(Message):
    """A receiver did not answer in time."""

    text = template("no answer came within {seconds} s")
    seconds: int
