"""What is wrong with a policy's answers to the observations of a check."""

from domain.messages import Message, template


class ZeroObservation(Message):
    """Names the observation of zeros in a sentence."""

    text = template("an observation of zeros")


class BoundaryObservation(Message):
    """Names the observation of least and greatest values in a sentence."""

    text = template("an observation at the bounds of its environment")


class RandomObservation(Message):
    """Names a random observation in a sentence; it is the same at each check."""

    text = template("a random observation of its environment")


class MazeView(Message):
    """Names an observation of the maze in a sentence."""

    text = template("what an agent sees in a maze of {size} × {size} cells")
    size: int


class PlayedObservation(Message):
    """Names an observation from an episode in a sentence."""

    text = template("an observation in play")


class StateNotKept(Message):
    """A recurrent policy chose other actions when an episode was repeated; actions are written as lists."""

    text = template("The policy returns a different result when an episode is played again: {once}, then {again}.")
    once: str
    again: str


class ScoresNotFiniteFor(Message):
    """Some score is NaN or infinite."""

    text = template("The policy's scores are not all finite numbers for {observation}.")
    observation: Message


class AnswersDifferAgain(Message):
    """The same observation was answered differently the second time; scores are written as lists."""

    text = template("The policy returns a different result each time: {once}, then {again}, for {observation}.")
    once: str
    again: str
    observation: Message


class AnswersDifferTogether(Message):
    """An answer depends on the other observations of its batch; scores are written as lists."""

    text = template(
        "The policy's result depends on the other observations of the batch: {alone} alone, {together} with others,"
        " for {observation}."
    )
    alone: str
    together: str
    observation: Message


class NoProbabilities(Message):
    """The output action_probabilities is not a probability distribution; scores are written as a list."""

    text = template(
        "The policy's action_probabilities are not probabilities, which lie between 0 and 1 and add up to 1: {scores}"
        " for {observation}."
    )
    scores: str
    observation: Message
