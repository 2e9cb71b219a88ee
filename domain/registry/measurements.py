"""What Clew itself found out about a model by letting it play: kept with the model, and believed first."""

from pydantic import BaseModel, ConfigDict

from domain.inference.evaluation import Evaluation
from domain.moments import Moment
from domain.statistics import Interval, wilson_interval


class Measured(Evaluation):
    """What the episodes came to, with Wilson's 95 % interval of the success rate."""

    interval: Interval | None = None

    @classmethod
    def of(cls, found: Evaluation) -> "Measured":
        """An evaluation with its interval."""
        return cls(**found.model_dump(), interval=wilson_interval(found.success_rate, found.episodes))


class Measurement(BaseModel):
    """When, and how a model did in the maze that it was trained on and in mazes that it never saw."""

    model_config = ConfigDict(frozen=True)

    at: Moment
    seen: Measured
    unseen: Measured

    def is_same_as(self, other: "Measurement") -> bool:
        """Whether both found the same, whenever that was."""
        return (self.seen, self.unseen) == (other.seen, other.unseen)
