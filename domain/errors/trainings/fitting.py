"""Why an algorithm cannot learn in an environment with the requested settings."""

from domain.messages import Message, template


class SpaceNotLearned(Message):
    """An observation or action space that no algorithm here supports."""

    text = template("Its space of the kind {kind} is not supported by any of these algorithms.")
    kind: str


class PartsNested(Message):
    """Nested parts of an observation are not supported."""

    text = template("Its observations have nested parts within the part “{part}”, which are not supported.")
    part: str


class ActionsBeginElsewhere(Message):
    """The first action is not 0."""

    text = template("Its actions begin at {start}; only actions that begin at 0 are supported.")
    start: int


class ObservationsBeginElsewhere(Message):
    """A discrete observation does not begin at 0."""

    text = template(
        "Its observations are numbers from {start} to {last}, and only numbers that begin at 0 are supported:"
        " subtract {start} in a TransformObservation."
    )
    start: int
    last: int


class PartBeginsElsewhere(Message):
    """A discrete part of the observation does not begin at 0."""

    text = template(
        "The part “{part}” of its observations is a number from {start} to {last}, and only numbers that begin at 0"
        " are supported: subtract {start} in a TransformObservation."
    )
    part: str
    start: int
    last: int


class ObservationsShapeless(Message):
    """The observation is a box without dimensions."""

    text = template(
        "Its observations are single numbers without dimensions (a box of the shape ()), which none of these"
        " algorithms supports: reshape them to (1,) with a ReshapeObservation."
    )


class PartShapeless(Message):
    """A part of the observation is a box without dimensions."""

    text = template(
        "The part “{part}” of its observations is a single number without dimensions (a box of the shape ()), which"
        " none of these algorithms supports: reshape it to (1,) in a TransformObservation."
    )
    part: str


class ActionsUnbounded(Message):
    """The continuous actions are not a vector within bounds."""

    text = template("Its continuous actions are not a vector of bounded numbers, and only those are supported.")


class ExplorationNeedsContinuousActions(Message):
    """State-dependent exploration was requested for discrete actions."""

    text = template("is for continuous actions, but those of {env_id} are not continuous")
    env_id: str


class NormalisedWithoutNumbers(Message):
    """Normalisation was requested for observations that are not plain numbers."""

    text = template("is for numeric observations without parts, but those of {env_id} are different")
    env_id: str


class ReplayBufferTooLarge(Message):
    """The replay buffer would exceed the memory."""

    text = template(
        "would take {size} GiB for the observations of {env_id}, and half of the machine's memory is {most} GiB"
    )
    env_id: str
    size: float
    most: float
