"""What an environment did wrong while it was made or played in: the reasons of EnvironmentFailed.

`call` is what it was asked for, by the name that Gymnasium has for it: make, reset, step or render.
"""

from domain.errors import BadInput
from domain.messages import Message, Reason, template


class DidNotReturn(Message):
    """A call took longer than any may."""

    text = template("Its {call} did not return within {seconds} s, so it was ended.")
    call: str
    seconds: float


class CallRaised(Message):
    """A call ended in an exception: its kind, and what it says."""

    text = template("Its {call} raised {kind}: {reason}")
    call: str
    kind: str
    reason: Reason


class ProcessEnded(Message):
    """Its process ended by itself; `cause` is a signal or an exit status."""

    text = template("Its {call} crashed its process ({cause}).")
    call: str
    cause: str | Message


class NeedsMoreMemory(Message):
    """The memory that it may have does not suffice."""

    text = template("Its {call} needs more memory than the {mib} MiB it is given.")
    call: str
    mib: int


class StartsProcesses(Message):
    """It wanted to start another process."""

    text = template("Its {call} starts other processes, which an environment may not here.")
    call: str


class UsesNetwork(Message):
    """It wanted to connect to something."""

    text = template("Its {call} uses the network, which an environment may not here.")
    call: str


class OutcomeMisfit(Message):
    """A call returned something else than Gymnasium's interface says."""

    text = template("Its {call} returned {given}, not {wanted}.")
    call: str
    given: str
    wanted: str


class ObservationMisfit(Message):
    """An observation does not lie in its space; shapes as lists."""

    text = template("Its {call} returned an observation {part} of {given}; its space says {wanted}.")
    call: str
    part: str
    given: str
    wanted: str


class GaveNoNumber(Message):
    """An observation or a reward is NaN, or a reward infinite."""

    text = template("Its {call} returned {what} that is not a number.")
    call: str
    what: Reason


class AnObservation(Message):
    """What was returned."""

    text = template("an observation")


class AReward(Message):
    """What was returned."""

    text = template("a reward")


class FrameTooLarge(Message):
    """A picture with more pixels than is drawn."""

    text = template("It draws {width} × {height} pixels; at most {most} × {most} are taken.")
    width: int
    height: int
    most: int


class DrawsNothing(Message):
    """There is no way to draw it."""

    text = template("It cannot be drawn: it has no render mode.")


class DrawsElsewhere(Message):
    """It can be drawn, but not into a picture."""

    text = template("It cannot be drawn here: it knows the render modes {modes}, and only rgb_array gives a picture.")
    modes: str


class EpisodeTooLong(Message):
    """An episode has more steps than are drawn."""

    text = template("The episode has more than {most} steps, the most that are drawn.")
    most: int


class AlreadyEnded(Message):
    """Something is asked of an environment that was given back, or ended after a failure."""

    text = template("It has ended.")


class AnswerMakesNoSense(Message):
    """The process said something that is no answer."""

    text = template("Its {call} broke the process it runs in: the answer makes no sense.")
    call: str


class ActionMisfit(BadInput):
    """An action that is none of the environment's."""

    text = template("{environment} does not take the action {given}.")
    environment: str
    given: str
