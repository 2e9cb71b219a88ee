"""What an episode is to its viewer, in whatever environment."""

from typing import NamedTuple, Protocol

from pydantic import BaseModel

from domain.inference.commands import DEFAULT_PACE, DEFAULT_SPEED
from inference.viewers.screen import View


class Rate(NamedTuple):
    """How fast a viewer wants it: steps of the maze per second, and times any other environment's own rate."""

    speed: float = DEFAULT_SPEED
    pace: float = DEFAULT_PACE


class Walk(Protocol):
    """One episode of one viewer. Every failure is a ClewError, after which it is of no more use but to be closed."""

    @property
    def is_over(self) -> bool:
        """Whether no step is left."""

    @property
    def reports_each_step(self) -> bool:
        """Whether each step is told, however many there are; else so many as the viewer sees."""

    def seconds_a_step(self, rate: Rate) -> float:
        """Returns how long after one step the next one comes."""

    def begin(self) -> None:
        """Goes to the start."""

    def advance(self) -> None:
        """Takes one step."""

    def message(self, view: View, *, running: bool) -> BaseModel:
        """Returns the message about where it is."""

    def rest(self) -> None:
        """Gives back what it holds while nobody plays it; the next step takes it again."""

    def close(self) -> None:
        """Gives back all that it holds; may be called again."""
