"""Clew's own measurements of a model, stored with it and preferred over registered values."""

from pydantic import BaseModel, ConfigDict, Field

from domain.inference.evaluation import Evaluation
from domain.inference.returns import Returns
from domain.moments import Moment
from domain.statistics import Interval, wilson_interval


class Measured(Evaluation):
    """The result of episodes, with Wilson's 95 % interval of the success rate."""

    interval: Interval | None = None

    @classmethod
    def of(cls, found: Evaluation) -> "Measured":
        """Returns an evaluation with its interval."""
        return cls(**found.model_dump(), interval=wilson_interval(found.success_rate, found.episodes))


class Measurement(BaseModel):
    """How a model performed in the maze that it was trained on and in mazes that it never saw, and when."""

    model_config = ConfigDict(frozen=True)

    at: Moment
    seen: Measured
    unseen: Measured

    @property
    def success_rate(self) -> float | None:
        """The success rate in the training's maze."""
        return self.seen.success_rate

    @property
    def mean_return(self) -> float:
        """The mean return in the training's maze."""
        return self.seen.mean_return

    def is_same_as(self, other: object) -> bool:
        """Returns whether both have the same results, whatever their time."""
        return isinstance(other, Measurement) and (self.seen, self.unseen) == (other.seen, other.unseen)


class ReturnsMeasurement(BaseModel):
    """How a model performed in another environment, first as trained there, then in its variants, and when."""

    model_config = ConfigDict(frozen=True)

    at: Moment
    env_id: str
    returns: tuple[Returns, ...] = Field(min_length=1, max_length=21)

    @property
    def success_rate(self) -> float | None:
        """The success rate in the training's environment; None where the environment does not report it."""
        return self.returns[0].success_rate

    @property
    def mean_return(self) -> float:
        """The mean return in the training's environment."""
        return self.returns[0].mean_return

    def is_same_as(self, other: object) -> bool:
        """Returns whether both have the same results, whatever their time."""
        return isinstance(other, ReturnsMeasurement) and self.returns == other.returns


AnyMeasurement = Measurement | ReturnsMeasurement
