"""What Clew itself found out about a model by letting it play: kept with the model, and believed first."""

from pydantic import BaseModel, ConfigDict, Field

from domain.inference.evaluation import Evaluation
from domain.inference.returns import Returns
from domain.moments import Moment
from domain.statistics import Interval, wilson_interval


class Measured(Evaluation):
    """What the episodes came to, with Wilson's 95 % interval of the success rate."""

    interval: Interval | None = None

    @classmethod
    def of(cls, found: Evaluation) -> "Measured":
        """Returns an evaluation with its interval."""
        return cls(**found.model_dump(), interval=wilson_interval(found.success_rate, found.episodes))


class Measurement(BaseModel):
    """When, and how a model did in the maze that it was trained on and in mazes that it never saw."""

    model_config = ConfigDict(frozen=True)

    at: Moment
    seen: Measured
    unseen: Measured

    @property
    def success_rate(self) -> float | None:
        """Where the model was trained."""
        return self.seen.success_rate

    @property
    def mean_return(self) -> float:
        """Where the model was trained."""
        return self.seen.mean_return

    def is_same_as(self, other: object) -> bool:
        """Returns whether both found the same, whenever that was."""
        return isinstance(other, Measurement) and (self.seen, self.unseen) == (other.seen, other.unseen)


class ReturnsMeasurement(BaseModel):
    """When, and how a model did in any other environment: as it was trained there first, then in its variants."""

    model_config = ConfigDict(frozen=True)

    at: Moment
    env_id: str
    returns: tuple[Returns, ...] = Field(min_length=1, max_length=21)

    @property
    def success_rate(self) -> float | None:
        """Where the model was trained; None where the environment does not tell."""
        return self.returns[0].success_rate

    @property
    def mean_return(self) -> float:
        """Where the model was trained."""
        return self.returns[0].mean_return

    def is_same_as(self, other: object) -> bool:
        """Returns whether both found the same, whenever that was."""
        return isinstance(other, ReturnsMeasurement) and self.returns == other.returns


AnyMeasurement = Measurement | ReturnsMeasurement
