"""Stores measurements with models, in the background, once for all pages that show the result."""

import logging
from concurrent.futures import Future
from functools import partial

from concurrency.single_flight import SingleFlight
from concurrency.worker_pool import DaemonPool
from domain.errors import ClewError
from domain.errors.services import BrokeOff
from domain.registry.measurements import AnyMeasurement
from services.registry.model_store import ModelStore

_AGAIN_AFTER_SECONDS = 30.0  # the store may have been repaired, or have lost it
_AT_ONCE = 2
log = logging.getLogger(__name__)


class MeasurementWriter:
    """Writes measurements to one store."""

    def __init__(self, store: ModelStore) -> None:
        self._store = store
        pool = DaemonPool(_AT_ONCE, "measurements")
        self._writes: SingleFlight[None] = SingleFlight(
            "measurement", start=pool.submit, keep_seconds=lambda _error: _AGAIN_AFTER_SECONDS
        )

    def keep(self, model_id: str, measured: AnyMeasurement) -> Future[None]:
        """Starts to store a measurement, or joins a running write; the future ends when it is stored, or with a
        `ClewError`.
        """
        key = f"{model_id} {measured.model_dump_json(exclude={'at'})}"
        return self._writes.join(key, partial(self._write, model_id, measured))

    def _write(self, model_id: str, measured: AnyMeasurement) -> None:
        try:
            before = self._store.get(model_id).measured
            if before is None or not before.is_same_as(measured):  # another worker may have been faster
                self._store.record(model_id, measured)
        except ClewError:
            raise
        except Exception as error:
            log.exception("a measurement could not be kept", extra={"model": model_id})
            raise BrokeOff(self._store.name) from error
