"""What can answer for metric histories: MLflow's REST API always, its database where the operator opens it."""

import logging
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from domain.errors import ServiceError
from domain.history import History

# MLflow's steps are 64-bit; its JSON parser takes this much.
FIRST_STEP, LAST_STEP = -(2**53), 2**53
AVOID_SECONDS = 300.0
log = logging.getLogger(__name__)


class Part(NamedTuple):
    """One answer about one metric of one run: all its points (`exact`), else an even sample, else nothing (None)."""

    history: History | None
    exact: bool


class MetricSource(Protocol):
    """A place that metric histories can be read from; both calls raise a `ClewError`."""

    def look(self, run_ids: Sequence[str], key: str, from_step: int, most: int) -> dict[str, Part]:
        """The points of metric `key` from `from_step` on, soon: a history of `most` points or more may be sampled."""

    def whole(
        self, run_id: str, key: str, from_step: int, sample: History | None, wanted: Callable[[], bool]
    ) -> History | None:
        """All points from `from_step` on, `sample` saying where they are; None as soon as they are not `wanted`."""


class Avoided:
    """Remembers that something failed, so that it is left alone for some minutes."""

    def __init__(self, seconds: float = AVOID_SECONDS) -> None:
        self._seconds = seconds
        self._until = 0.0

    def __bool__(self) -> bool:
        return time.monotonic() < self._until

    def start(self) -> None:
        """From now on."""
        self._until = time.monotonic() + self._seconds


class FastLane:
    """The database first, MLflow's REST API whenever that fails."""

    def __init__(self, database: MetricSource, rest: MetricSource) -> None:
        self._database = database
        self._rest = rest
        self._avoided = Avoided(60.0)

    def look(self, run_ids: Sequence[str], key: str, from_step: int, most: int) -> dict[str, Part]:
        """As `MetricSource.look`."""
        if not self._avoided:
            try:
                return self._database.look(run_ids, key, from_step, most)
            except ServiceError as error:
                self._avoid(error)
        return self._rest.look(run_ids, key, from_step, most)

    def whole(
        self, run_id: str, key: str, from_step: int, sample: History | None, wanted: Callable[[], bool]
    ) -> History | None:
        """As `MetricSource.whole`."""
        if not self._avoided:
            try:
                return self._database.whole(run_id, key, from_step, sample, wanted)
            except ServiceError as error:
                self._avoid(error)
        # The database's sample need not be even, and REST plans its windows by an even one.
        return self._rest.whole(run_id, key, from_step, None, wanted)

    def _avoid(self, error: ServiceError) -> None:
        self._avoided.start()
        log.warning("histories come over REST for a minute, not from the database", extra={"cause": str(error)})
