"""Follows evaluations in the engine until their results are stored with the models, even if no page is open.

The page that started an evaluation may be closed, and its worker may end: evaluations are recorded in files of the
host, which the next worker reads when it starts. An engine that stops loses its results, and they are then given up.
"""

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from domain.access.rules import Requester
from domain.errors import ClewError, NotFound
from domain.inference.messages import EvaluationReport, EvaluationState
from services.inference_engine import InferenceEngine
from services.measuring.measured import measurement_of
from services.registry.measurement_writer import MeasurementWriter
from services.sharing.atomic_file import put

log = logging.getLogger(__name__)
PAUSE_SECONDS: Final = 1.0
_PATIENCE_SECONDS: Final = 600.0  # how long an engine, or the store, may be unreachable


class EvaluationFollower:
    """Follows the evaluations of one engine, in one thread while there are any.

    `folder` records them for all workers of the host.
    """

    def __init__(
        self,
        engine: InferenceEngine,
        keeping: MeasurementWriter,
        folder: Path,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._engine = engine
        self._keeping = keeping
        self._folder = folder
        self._now = now
        self._lock = threading.Lock()
        self._patient_until: dict[str, float] = {}

    def follow(self, model_id: str) -> None:
        """Starts to follow an evaluation that was just started; returns at once."""
        self.note(model_id)
        self._begin([model_id])

    def note(self, model_id: str) -> None:
        """Records an evaluation, so that another worker follows it if this one ends."""
        try:
            put(self._file(model_id), model_id.encode())
        except OSError as error:
            log.warning("a measurement is followed by one worker alone", extra={"cause": str(error)})

    def resume(self) -> None:
        """Follows the evaluations of workers that ended."""
        noted = []
        for file in self._folder.glob("*.followed"):
            with suppress(OSError, UnicodeDecodeError):
                noted.append(file.read_text())
        self._begin(noted)

    def _begin(self, model_ids: Sequence[str]) -> None:
        if not model_ids:
            return
        with self._lock:
            is_idle = not self._patient_until
            self._patient_until |= dict.fromkeys(model_ids, time.monotonic() + _PATIENCE_SECONDS)
        if is_idle:
            threading.Thread(target=self._follow_all, name="followed", daemon=True).start()

    def _follow_all(self) -> None:
        while followed := dict(self._patient_until):
            for model_id, patient_until in followed.items():
                try:
                    is_over = self._is_stored_or_lost(model_id, patient_until)
                except Exception:  # an unforeseen error must not end the other evaluations
                    log.exception("a measurement cannot be followed", extra={"model": model_id})
                    is_over = True
                if is_over:
                    self._end(model_id)
            time.sleep(PAUSE_SECONDS)

    def _is_stored_or_lost(self, model_id: str, patient_until: float) -> bool:
        try:
            report = self._engine.report(model_id, Requester())
            if report.state is EvaluationState.RUNNING:
                with self._lock:
                    self._patient_until[model_id] = time.monotonic() + _PATIENCE_SECONDS
                return False
            self._keep(report)
        except NotFound:
            log.warning("the engine forgot a measurement", extra={"model": model_id})
        except ClewError as error:
            log.info("a measurement is followed in vain", extra={"model": model_id, "cause": str(error)})
            return time.monotonic() > patient_until
        return True

    def _keep(self, report: EvaluationReport) -> None:
        measurement = measurement_of(report, self._now())
        if measurement is not None:
            self._keeping.keep(report.model_id, measurement).result()

    def _end(self, model_id: str) -> None:
        with suppress(OSError):
            self._file(model_id).unlink(missing_ok=True)
        with self._lock:
            self._patient_until.pop(model_id, None)

    def _file(self, model_id: str) -> Path:
        return self._folder / f"{hashlib.sha256(model_id.encode()).hexdigest()[:32]}.followed"
