"""Why an algorithm cannot learn in an environment as it is asked to."""

from domain.messages import Message, template


class SpaceNotLearned(Message):
    """An environment shows, or wants, what no algorithm here learns from."""

    text = template("It has a space of the kind {kind}, from which none of these algorithms learns here.")
    kind: str


class PartsNested(Message):
    """What an environment shows has parts that have parts."""

    text = template("What it shows has parts within its part “{part}”, and only parts without parts are learned from.")
    part: str


class ActionsBeginElsewhere(Message):
    """An environment counts its actions from another number than 0."""

    text = template("Its actions begin at {start}, and only those that begin at 0 are learned.")
    start: int


class ObservationsBeginElsewhere(Message):
    """An environment shows one of several numbers, counted from another than 0."""

    text = template(
        "What it shows is a number from {start} to {last}, and only one that begins at 0 is learned from: subtract "
        "{start} in a TransformObservation."
    )
    start: int
    last: int


class PartBeginsElsewhere(Message):
    """A part of what an environment shows is one of several numbers, counted from another than 0."""

    text = template(
        "The part “{part}” of what it shows is a number from {start} to {last}, and only one that begins at 0 is "
        "learned from: subtract {start} in a TransformObservation."
    )
    part: str
    start: int
    last: int


class ObservationsShapeless(Message):
    """An environment shows a box without dimensions."""

    text = template(
        "What it shows is a single number that is no row (a box of the shape ()), from which none of these algorithms "
        "learns: a ReshapeObservation to (1,) makes it one."
    )


class PartShapeless(Message):
    """A part of what an environment shows is a box without dimensions."""

    text = template(
        "The part “{part}” of what it shows is a single number that is no row (a box of the shape ()), from which "
        "none of these algorithms learns: reshape it to (1,) in a TransformObservation."
    )
    part: str


class ActionsUnbounded(Message):
    """An environment's continuous actions are no row of numbers within bounds."""

    text = template("Its continuous actions are no row of numbers within bounds, and only such are learned.")


class ExplorationNeedsContinuousActions(Message):
    """Chance that depends on the state was asked for where actions are separate."""

    text = template("is for continuous actions, and those of {env_id} are none")
    env_id: str


class NormalisedWithoutNumbers(Message):
    """Observations are to be scaled by mean and spread that are no plain numbers."""

    text = template("is for numbers without parts, and {env_id} shows something else")
    env_id: str


class ReplayBufferTooLarge(Message):
    """The remembered steps would take more memory than there is."""

    text = template("would take {size} GiB for what {env_id} shows, and half of the machine's memory is {most} GiB")
    env_id: str
    size: float
    most: float
