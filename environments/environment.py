"""What can be played in: made from a source, started anew from a seed, stepped, drawn, and given back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from numpy.typing import NDArray

from domain.environments.facts import EnvironmentFacts

Observation = dict[str, NDArray[Any]]
"""Arrays by the names that `domain.environments.spaces.leaves` gives; a batch has one more dimension, the first."""

Action = int | Sequence[float] | NDArray[Any]
"""One action as the environment takes it: a whole number counts from its space's `start`."""


@dataclass(frozen=True)
class Outcome:
    """What a step led to. `success` is None while that is open, and where the environment does not tell."""

    observation: Observation
    reward: float
    terminated: bool
    truncated: bool
    success: bool | None = None

    @property
    def done(self) -> bool:
        """Whether the episode is over."""
        return self.terminated or self.truncated


@dataclass(frozen=True)
class Frame:
    """A picture as WebP; width and height in pixels."""

    webp: bytes
    width: int
    height: int


class Environment(Protocol):
    """An environment for one player at a time; after a failure it is over, and another has to be made.

    All but `facts` and `close` raise EnvironmentFailed where it went wrong or did not answer in time.
    """

    @property
    def facts(self) -> EnvironmentFacts:
        """What is known of it."""

    def reset(self, seed: int | None) -> Observation:
        """Starts an episode; the same seed starts the same one."""

    def step(self, action: Action) -> Outcome:
        """Does one action; the episode must not be over."""

    def render(self, longest_side: int) -> Frame | None:
        """Draws what there is now, at most so many pixels wide and high; None where it cannot be drawn."""

    def close(self) -> None:
        """Gives back what it holds; may be called again."""
