"""What is wrong with what a policy answers to the observations that a check tries it with."""

from domain.messages import Message, template


class ZeroObservation(Message):
    """Which observation a sentence is about: nothing but zeros."""

    text = template("an observation of zeros")


class BoundaryObservation(Message):
    """Which observation a sentence is about: least and greatest values alone."""

    text = template("an observation at the bounds of its environment")


class RandomObservation(Message):
    """Which observation a sentence is about: a drawn one, the same at each check."""

    text = template("a random observation of its environment")


class MazeView(Message):
    """Which observation a sentence is about: what an agent sees on its way."""

    text = template("what an agent sees in a maze of {size} × {size} cells")
    size: int


class PlayedObservation(Message):
    """Which observation a sentence is about: one that its environment showed."""

    text = template("an observation in play")


class StateNotKept(Message):
    """A recurrent policy goes another way the second time; answers as lists."""

    text = template("The policy answers differently when an episode is played again: {once}, then {again}.")
    once: str
    again: str


class ScoresNotFiniteFor(Message):
    """Some score is NaN or infinite."""

    text = template("The policy's scores are not all finite numbers for {observation}.")
    observation: Message


class AnswersDifferAgain(Message):
    """The same question was answered twice, not alike; scores as lists."""

    text = template("The policy answers differently each time: {once}, then {again}, for {observation}.")
    once: str
    again: str
    observation: Message


class AnswersDifferTogether(Message):
    """An answer depends on the other observations of its batch; scores as lists."""

    text = template(
        "The policy's answer depends on the other observations of a batch: {alone} alone, {together} among others,"
        " for {observation}."
    )
    alone: str
    together: str
    observation: Message


class NoProbabilities(Message):
    """What is called probabilities is something else; scores as a list."""

    text = template(
        "The policy's action_probabilities are no probabilities, which lie between 0 and 1 and add up to 1: {scores}"
        " for {observation}."
    )
    scores: str
    observation: Message
