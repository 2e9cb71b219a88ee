"""How a policy file is asked and read: which tensor takes what of an observation, and what each answer means."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

SIGNATURE_TAG: Final = "policy_signature"
"""The tag of a version, or of its run, that says what a file does not: docs/policies.md has its form."""

LONGEST_SIGNATURE: Final = 5000
"""Characters of that tag; MLflow's own bound."""

ALL_PARTS: Final = "*"
"""The part of an input that takes all of them, flat, one after another in the order of their space."""


class Role(StrEnum):
    """What an input is for."""

    OBSERVATION = "observation"
    STATE = "state"
    EPISODE_START = "episode_start"  # 1 at an episode's first step, 0 after
    MASK = "mask"  # 0 at an episode's first step, 1 after
    SEQUENCE_LENGTH = "sequence_length"


class Layout(StrEnum):
    """In which form an input takes its part of an observation."""

    AS_GIVEN = "as_given"
    CHANNELS_FIRST = "channels_first"
    CHANNELS_LAST = "channels_last"
    FLAT = "flat"
    ONE_HOT = "one_hot"


class Meaning(StrEnum):
    """What an output says."""

    Q_VALUES = "q_values"
    PROBABILITIES = "action_probabilities"
    LOGITS = "logits"
    ACTIONS = "actions"  # as the environment takes them; of continuous ones, what is out of bounds is clipped
    SCALED_ACTIONS = "scaled_actions"  # from -1 to 1 for the whole range of the environment's
    MEAN = "mean"
    MEAN_AND_SPREAD = "mean_and_spread"  # of each action, first all means
    VALUES = "values"
    LOG_PROB = "log_prob"
    IGNORED = "ignored"


CHOOSING: Final = (
    *(Meaning.ACTIONS, Meaning.SCALED_ACTIONS, Meaning.MEAN, Meaning.MEAN_AND_SPREAD),
    *(Meaning.Q_VALUES, Meaning.PROBABILITIES, Meaning.LOGITS),
)
"""What an action can be read from; of several, the first here."""
SCORING: Final = (Meaning.Q_VALUES, Meaning.PROBABILITIES, Meaning.LOGITS)
"""A number for each action."""


class PolicyInput(BaseModel):
    """One input: `shape` as the file has it, None where it is open; `batch_axis` where observations lie side by side.

    What is given is the observation's `part` in this `layout`, times `scale`.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    role: Role = Role.OBSERVATION
    part: str | None = None
    dtype: str
    shape: tuple[int | None, ...]
    layout: Layout = Layout.AS_GIVEN
    scale: float = Field(1.0, allow_inf_nan=False)
    batch_axis: int | None = None


class StatePair(BaseModel):
    """What a recurrent policy answers as `output` it gets as `input` with the next observation."""

    model_config = ConfigDict(frozen=True)

    input: str
    output: str


class PolicyOutput(BaseModel):
    """One output, and what it means."""

    model_config = ConfigDict(frozen=True)

    name: str
    meaning: Meaning


class PolicySignature(BaseModel):
    """All inputs of a policy file, and what its outputs mean.

    `together` is how many observations it takes at once: None for any number, else exactly so many.
    """

    model_config = ConfigDict(frozen=True)

    inputs: tuple[PolicyInput, ...]
    outputs: tuple[PolicyOutput, ...]
    state: tuple[StatePair, ...] = ()
    together: int | None = None

    @property
    def is_recurrent(self) -> bool:
        """Whether it remembers what it saw before."""
        return bool(self.state)

    def first_of(self, meanings: Sequence[Meaning]) -> PolicyOutput | None:
        """Returns the output of the first of these meanings that there is one of."""
        by_meaning = {output.meaning: output for output in reversed(self.outputs)}
        return next((by_meaning[meaning] for meaning in meanings if meaning in by_meaning), None)

    @property
    def chooses(self) -> PolicyOutput:
        """The output from which the action is read."""
        found = self.first_of(CHOOSING)
        assert found is not None, "a signature without an action is never made"
        return found

    @property
    def scores(self) -> PolicyOutput | None:
        """The output with a number for each action, where there is one."""
        return self.first_of(SCORING)

    @property
    def values(self) -> PolicyOutput | None:
        """The output with the value of the state, where there is one."""
        return self.first_of((Meaning.VALUES,))
