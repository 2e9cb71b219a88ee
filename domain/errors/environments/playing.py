"""What went wrong while an environment was made or played: the reasons of EnvironmentFailed.

`call` is the failed call by Gymnasium's name: make, reset, step or render.
"""

from domain.errors import BadInput
from domain.errors.time_limits import TimeLimit
from domain.messages import Message, Reason, template


class DidNotReturn(Message):
    """A call took too long."""

    text = template("Its {call} did not return within {limit}, so it was ended.")
    call: str
    limit: TimeLimit


class CallRaised(Message):
    """A call raised an exception: its class and text."""

    text = template("Its {call} raised {kind}: {reason}")
    call: str
    kind: str
    reason: Reason


class ProcessEnded(Message):
    """The process ended by itself; `cause` is a signal or an exit status."""

    text = template("Its {call} crashed its process ({cause}).")
    call: str
    cause: str | Message


class NeedsMoreMemory(Message):
    """The memory limit is too low."""

    text = template("Its {call} needs more memory than the allowed {mib} MiB.")
    call: str
    mib: int


class StartsProcesses(Message):
    """It tried to start another process."""

    text = template("Its {call} starts other processes, which environments may not do here.")
    call: str


class UsesNetwork(Message):
    """It tried to connect to the network."""

    text = template("Its {call} uses the network, which environments may not do here.")
    call: str


class OutcomeMisfit(Message):
    """A call returned something that violates Gymnasium's interface."""

    text = template("Its {call} returned {given}, not {wanted}.")
    call: str
    given: str
    wanted: str


class ObservationMisfit(Message):
    """An observation is not in its space; shapes are written as lists."""

    text = template("Its {call} returned an observation {part} of {given}; its space says {wanted}.")
    call: str
    part: str
    given: str
    wanted: str


class GaveNoNumber(Message):
    """An observation or a reward is NaN, or a reward is infinite."""

    text = template("Its {call} returned {what} that is not a number.")
    call: str
    what: Reason


class AnObservation(Message):
    """Names an observation in a sentence."""

    text = template("an observation")


class AReward(Message):
    """Names a reward in a sentence."""

    text = template("a reward")


class FrameTooLarge(Message):
    """A picture has more pixels than are drawn."""

    text = template("It draws {width} × {height} pixels; at most {most} × {most} are supported.")
    width: int
    height: int
    most: int


class DrawsNothing(Message):
    """The environment has no render mode."""

    text = template("It cannot be drawn: it has no render mode.")


class DrawsElsewhere(Message):
    """It can be drawn, but not as a picture."""

    text = template(
        "It cannot be drawn here: it supports the render modes {modes}, but only rgb_array gives a picture."
    )
    modes: str


class EpisodeTooLong(Message):
    """An episode has more steps than are drawn."""

    text = template("The episode has more than {most} steps, the most that can be drawn.")
    most: int


class NotDrawnInTime(Message):
    """Its making, the policy's answers, its steps and its pictures took too long together."""

    text = template("Its episode was not drawn within {seconds} s.")
    seconds: float


class AlreadyEnded(Message):
    """The environment was closed, or ended after a failure."""

    text = template("It has ended.")


class AnswerMakesNoSense(Message):
    """The process sent something that is not an answer."""

    text = template("Its {call} broke the process it runs in: the result is invalid.")
    call: str


class ActionMisfit(BadInput):
    """The action is not in the environment's action space."""

    text = template("{environment} does not accept the action {given}.")
    environment: str
    given: str
