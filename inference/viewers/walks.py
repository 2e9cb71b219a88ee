"""The interface of an episode in any environment, as a viewer's thread uses it."""

from typing import NamedTuple, Protocol

from pydantic import BaseModel

from domain.inference.commands import DEFAULT_PACE, DEFAULT_SPEED
from inference.viewers.screen import FrameRequest


class Rate(NamedTuple):
    """The viewer's speed: the maze's in steps per second, other environments' as a multiple of their own rate."""

    speed: float = DEFAULT_SPEED
    pace: float = DEFAULT_PACE


class Walk(Protocol):
    """One episode of one viewer. After a failure, which is always a ClewError, it can only be closed."""

    @property
    def is_over(self) -> bool:
        """Whether no step is left."""

    @property
    def reports_each_step(self) -> bool:
        """Whether there is a message for each step; otherwise only as many as the viewer sees."""

    def seconds_a_step(self, rate: Rate) -> float:
        """Returns the time between two steps."""

    def begin(self) -> None:
        """Starts the episode."""

    def advance(self) -> None:
        """Makes one step."""

    def message(self, view: FrameRequest, *, running: bool) -> BaseModel:
        """Returns the message about the current state."""

    def release(self) -> None:
        """Releases resources while the episode is paused; the next step acquires them again."""

    def close(self) -> None:
        """Releases all resources; may be called again."""
