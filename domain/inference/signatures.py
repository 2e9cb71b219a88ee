"""A policy file's signature: which input takes what of an observation, and what each output means."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

SIGNATURE_TAG: Final = "policy_signature"
"""The tag of a version, or of its run, that completes the file's description: docs/policies.md documents its form."""

LONGEST_SIGNATURE: Final = 5000
"""Characters of that tag; MLflow's own limit."""

ALL_PARTS: Final = "*"
"""The part of an input that takes all parts, flattened and concatenated in the order of their space."""


class Role(StrEnum):
    """The role of an input."""

    OBSERVATION = "observation"
    STATE = "state"
    EPISODE_START = "episode_start"  # 1 at an episode's first step, 0 after
    MASK = "mask"  # 0 at an episode's first step, 1 after
    SEQUENCE_LENGTH = "sequence_length"


class Layout(StrEnum):
    """The layout in which an input takes its part of an observation."""

    AS_GIVEN = "as_given"
    CHANNELS_FIRST = "channels_first"
    CHANNELS_LAST = "channels_last"
    FLAT = "flat"
    ONE_HOT = "one_hot"


class Meaning(StrEnum):
    """The meaning of an output."""

    Q_VALUES = "q_values"
    PROBABILITIES = "action_probabilities"
    LOGITS = "logits"
    ACTIONS = "actions"  # as the environment takes them; continuous ones are clipped to the bounds
    SCALED_ACTIONS = "scaled_actions"  # from -1 to 1 for the environment's whole range
    MEAN = "mean"
    MEAN_AND_SPREAD = "mean_and_spread"  # of each action, first all means
    VALUES = "values"
    LOG_PROB = "log_prob"
    IGNORED = "ignored"


CHOOSING: Final = (
    *(Meaning.ACTIONS, Meaning.SCALED_ACTIONS, Meaning.MEAN, Meaning.MEAN_AND_SPREAD),
    *(Meaning.Q_VALUES, Meaning.PROBABILITIES, Meaning.LOGITS),
)
"""Meanings from which an action can be read, in order of preference."""
SCORING: Final = (Meaning.Q_VALUES, Meaning.PROBABILITIES, Meaning.LOGITS)
"""Meanings with a number for each action."""


class PolicyInput(BaseModel):
    """One input: `shape` as in the file, None where open; `batch_axis` is the axis of the observations.

    It is fed the observation's `part` in this `layout`, multiplied by `scale`.
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
    """A state of a recurrent policy: its `output` is fed to `input` with the next observation."""

    model_config = ConfigDict(frozen=True)

    input: str
    output: str


class PolicyOutput(BaseModel):
    """One output, and what it means."""

    model_config = ConfigDict(frozen=True)

    name: str
    meaning: Meaning


class PolicySignature(BaseModel):
    """All inputs of a policy file, and the meaning of its outputs.

    `together` is the batch size: None for any, else exactly this many observations.
    """

    model_config = ConfigDict(frozen=True)

    inputs: tuple[PolicyInput, ...]
    outputs: tuple[PolicyOutput, ...]
    state: tuple[StatePair, ...] = ()
    together: int | None = None

    @property
    def is_recurrent(self) -> bool:
        """Whether it keeps a state between observations."""
        return bool(self.state)

    def first_of(self, meanings: Sequence[Meaning]) -> PolicyOutput | None:
        """Returns the output with the first of these meanings that any output has."""
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
        """The output with a number for each action; None if there is none."""
        return self.first_of(SCORING)

    @property
    def values(self) -> PolicyOutput | None:
        """The output with the value of the state; None if there is none."""
        return self.first_of((Meaning.VALUES,))
