"""Runs requested by their ids, which the list does not have: each is asked for once, for all callers."""

import logging
import time
from collections.abc import Iterable
from typing import Final

from concurrency.single_flight import SingleFlight, has_ended
from concurrency.worker_pool import DaemonPool
from domain.errors import BadInput, NotFound, ServiceError
from domain.tracking.runs import Run
from services.tracking.run_source import RunSource

_AT_ONCE: Final = 4
# A page that polls finds the answer that came after its last poll.
_KEEP_SECONDS: Final = 5.0
log = logging.getLogger(__name__)


class RunLookups:
    """Asks a source for single runs, in the background: a slow answer is there for the next caller."""

    def __init__(self, source: RunSource) -> None:
        self._source = source
        pool = DaemonPool(_AT_ONCE, "run-lookups")
        self._lookups: SingleFlight[Run] = SingleFlight("run-lookups", start=pool.submit, keep_seconds=_keep_seconds)

    def get(self, run_ids: Iterable[str], ends: float) -> dict[str, Run | None]:
        """Returns as many runs as can be read until `ends`, of the monotonic clock; None for those that do not
        exist.
        """
        found: dict[str, Run | None] = {}
        for run_id in run_ids:
            if (left := ends - time.monotonic()) <= 0:
                break
            lookup = self._lookups.join(run_id, lambda run_id=run_id: self._source.one(run_id))  # type: ignore[misc]
            if not has_ended(lookup, left):
                break
            try:
                found[run_id] = lookup.result()
            except (NotFound, BadInput):
                found[run_id] = None
            except ServiceError as error:
                log.warning("a run cannot be asked for", extra={"run": run_id, "cause": str(error)})
                break
        return found


def _keep_seconds(error: BaseException | None) -> float:
    return _KEEP_SECONDS if error is None or isinstance(error, NotFound | BadInput) else 0.0
