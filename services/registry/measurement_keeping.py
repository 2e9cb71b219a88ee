"""Keeping what a model was measured at with the model: in the background, once, for all who look at the result."""

import threading
from concurrent.futures import Future
from functools import partial

from cachetools import TTLCache

from domain.errors import ClewError
from domain.errors.services import BrokeOff
from domain.registry.measurements import Measurement
from services.registry.model_store import ModelStore
from services.sharing.worker_pool import DaemonPool

_AGAIN_AFTER_SECONDS = 30.0  # the store may have been mended, or have lost it
_MOST_KNOWN = 256
_AT_ONCE = 2


class MeasurementKeeping:
    """Writes measurements to one store."""

    def __init__(self, store: ModelStore) -> None:
        self._store = store
        self._pool = DaemonPool(_AT_ONCE, "measurements")
        self._kept: TTLCache[str, Future[None]] = TTLCache(_MOST_KNOWN, ttl=_AGAIN_AFTER_SECONDS)
        self._lock = threading.Lock()

    def keep(self, model_id: str, measured: Measurement) -> Future[None]:
        """Begins to write it, or joins whoever has; the future ends when it is kept, or with a `ClewError`."""
        key = f"{model_id} {measured.model_dump_json(exclude={'at'})}"
        with self._lock:
            kept = self._kept.get(key)
            if kept is None:
                kept = self._kept[key] = Future()
                self._pool.submit(partial(self._write, model_id, measured, kept))
            return kept

    def _write(self, model_id: str, measured: Measurement, kept: "Future[None]") -> None:
        failure: ClewError | None = BrokeOff(self._store.name)
        try:
            before = self._store.get(model_id).measured
            if before is None or not before.is_same_as(measured):  # another worker may have been faster
                self._store.record(model_id, measured)
            failure = None
        except ClewError as error:
            failure = error
        finally:
            if failure is None:
                kept.set_result(None)
            else:
                kept.set_exception(failure)
