"""Why an algorithm cannot learn in an environment with the requested settings."""

from domain.messages import Message, template


class SpaceNotLearned(Message):
    """An observation or action space that no algorithm here supports."""

    text = template("It has a space of the kind {kind}, from which none of these algorithms learns here.")
    kind: str


class PartsNested(Message):
    """Nested parts of an observation are not supported."""

    text = template("What it shows has parts within its part “{part}”, and only parts without parts are learned from.")
    part: str


class ActionsBeginElsewhere(Message):
    """The first action is not 0."""

    text = template("Its actions begin at {start}, and only those that begin at 0 are learned.")
    start: int


class ObservationsBeginElsewhere(Message):
    """A discrete observation does not begin at 0."""

    text = template(
        "What it shows is a number from {start} to {last}, and only one that begins at 0 is learned from: subtract "
        "{start} in a TransformObservation."
    )
    start: int
    last: int


class PartBeginsElsewhere(Message):
    """A discrete part of the observation does not begin at 0."""

    text = template(
        "The part “{part}” of what it shows is a number from {start} to {last}, and only one that begins at 0 is "
        "learned from: subtract {start} in a TransformObservation."
    )
    part: str
    start: int
    last: int


class ObservationsShapeless(Message):
    """The observation is a box without dimensions."""

    text = template(
        "What it shows is a single number that is no row (a box of the shape ()), from which none of these algorithms "
        "learns: a ReshapeObservation to (1,) makes it one."
    )


class PartShapeless(Message):
    """A part of the observation is a box without dimensions."""

    text = template(
        "The part “{part}” of what it shows is a single number that is no row (a box of the shape ()), from which "
        "none of these algorithms learns: reshape it to (1,) in a TransformObservation."
    )
    part: str


class ActionsUnbounded(Message):
    """The continuous actions are not a vector within bounds."""

    text = template("Its continuous actions are no row of numbers within bounds, and only such are learned.")


class ExplorationNeedsContinuousActions(Message):
    """State-dependent exploration was requested for discrete actions."""

    text = template("is for continuous actions, and those of {env_id} are none")
    env_id: str


class NormalisedWithoutNumbers(Message):
    """Normalisation was requested for observations that are not plain numbers."""

    text = template("is for numbers without parts, and {env_id} shows something else")
    env_id: str


class ReplayBufferTooLarge(Message):
    """The replay buffer would exceed the memory."""

    text = template("would take {size} GiB for what {env_id} shows, and half of the machine's memory is {most} GiB")
    env_id: str
    size: float
    most: float
