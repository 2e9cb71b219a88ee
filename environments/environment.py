"""The interface of an environment: created from a source, reset with a seed, stepped, drawn, and closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from numpy.typing import NDArray

from domain.environments.facts import EnvironmentFacts

Observation = dict[str, NDArray[Any]]
"""Arrays by the names that `domain.environments.spaces.leaves` returns; a batch has one more dimension, the first."""

Action = int | Sequence[float] | NDArray[Any]
"""One action in the environment's format: an integer counts from its space's `start`."""


@dataclass(frozen=True)
class Outcome:
    """The result of a step. `success` is None while it is open, and if the environment does not report it."""

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
    """An environment for one player at a time; after a failure it is ended, and a new one has to be created.

    All methods but `facts` and `close` raise EnvironmentFailed if it failed or did not answer in time.
    """

    @property
    def facts(self) -> EnvironmentFacts:
        """The environment's facts."""

    def reset(self, seed: int | None) -> Observation:
        """Starts an episode; the same seed starts the same one."""

    def step(self, action: Action) -> Outcome:
        """Makes one step; the episode must not be over."""

    def render(self, longest_side: int) -> Frame | None:
        """Draws the current state, at most so many pixels wide and high; None if it cannot be drawn."""

    def close(self) -> None:
        """Releases its resources; may be called again."""
