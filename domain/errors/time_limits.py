"""How long another process had, as a part of the sentence that it took longer."""

from domain.messages import Message, template


class SecondsOfComputing(Message):
    """It computed for so long."""

    text = template("{seconds} s of computing")
    seconds: float


class SecondsByTheClock(Message):
    """So much time passed, in which it computed for less."""

    text = template("{seconds} s by the clock")
    seconds: float


TimeLimit = SecondsOfComputing | SecondsByTheClock


class NoAnswerWithin(Message):
    """A process of Clew did not answer."""

    text = template("no answer within {limit}")
    limit: TimeLimit
