"""Sources of metric histories: MLflow's REST API, or its database where it is configured."""

import logging
from collections.abc import Callable, Sequence
from typing import Protocol

from domain.errors import ServiceError
from domain.tracking.history import History, HistoryPart
from transport.cooldown import Cooldown

log = logging.getLogger(__name__)


class MetricSource(Protocol):
    """A source of metric histories; both methods raise a `ClewError`."""

    def fetch(self, run_ids: Sequence[str], key: str, from_step: int, most: int) -> dict[str, HistoryPart]:
        """Returns the points of metric `key` from `from_step` on, quickly; a history of `most` points or more may be
        sampled.
        """

    def fetch_all(
        self, run_id: str, key: str, from_step: int, sample: History | None, wanted: Callable[[], bool]
    ) -> History | None:
        """Returns all points from `from_step` on; `sample` shows where they are.

        Returns None as soon as they are no longer `wanted`.
        """


class DatabaseFirstMetrics:
    """Uses the database, and MLflow's REST API whenever that fails."""

    def __init__(self, database: MetricSource, rest: MetricSource) -> None:
        self._database = database
        self._rest = rest
        self._avoided = Cooldown(60.0)

    def fetch(self, run_ids: Sequence[str], key: str, from_step: int, most: int) -> dict[str, HistoryPart]:
        """Implements `MetricSource.fetch`."""
        if not self._avoided:
            try:
                return self._database.fetch(run_ids, key, from_step, most)
            except ServiceError as error:
                self._avoid(error)
        return self._rest.fetch(run_ids, key, from_step, most)

    def fetch_all(
        self, run_id: str, key: str, from_step: int, sample: History | None, wanted: Callable[[], bool]
    ) -> History | None:
        """Implements `MetricSource.fetch_all`."""
        if not self._avoided:
            try:
                return self._database.fetch_all(run_id, key, from_step, sample, wanted)
            except ServiceError as error:
                self._avoid(error)
        # The database's sample need not be even, but REST plans its windows by an even one.
        return self._rest.fetch_all(run_id, key, from_step, None, wanted)

    def _avoid(self, error: ServiceError) -> None:
        self._avoided.start()
        log.warning("histories come over REST for a minute, not from the database", extra={"cause": str(error)})
