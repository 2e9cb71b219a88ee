"""How everybody whom Clew depends on is doing, for the front page: asked in the background, for all its viewers."""

import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Literal

from pydantic import BaseModel, TypeAdapter, ValidationError

from domain.errors import BadResponse
from domain.errors.misfits import misfit_of
from domain.errors.services import GpuMonitor
from domain.health import HealthReport, ServiceHealth, ServiceKind
from mlflow_api.schemas import SERVICE
from services.connect import Services
from services.health.dependency_health import DEADLINE_SECONDS, Checks, Probe, judged, outcomes
from services.inference_engine import InferenceEngine
from services.sharing.shared_file import SharedFile, cache_folder
from settings.settings import Settings
from transport.credentials import basic_auth
from transport.http_client import JsonService

_REPORT = TypeAdapter(HealthReport)
_OLD_AFTER = 3  # times as long as a report is fresh
_NEVER = datetime.min.replace(tzinfo=UTC)
log = logging.getLogger(__name__)


class _Alive(BaseModel):
    status: Literal["healthy"]


def ask_alive(service: JsonService) -> None:
    """Asks `GET /health`; raises a `ServiceError` where it does not say that it is healthy."""
    answer = service.call("GET", "/health", deadline_seconds=DEADLINE_SECONDS)
    try:
        _Alive.model_validate(answer)
    except ValidationError as error:
        raise BadResponse(service.name, *misfit_of(error)) from error


class HealthSnapshots:
    """The newest report of this host, at most one question of a worker to each service at a time, whoever looks."""

    def __init__(self, services: Services) -> None:
        self._services = services
        settings = services.settings
        self._fresh_for = timedelta(seconds=settings.refresh_seconds / 3)
        self._checks = Checks(services)
        self._others = list(_others(settings))
        self._probes = {str(s.name): Probe(str(s.name), partial(ask_alive, s)) for _kind, _label, s in self._others}
        asked = (settings.tracking_url, str(self._services.models.name), *(s.url for _kind, _label, s in self._others))
        self._shared = SharedFile(cache_folder(settings.cache_dir, " ".join(asked)) / "health.json", _REPORT)
        self._own = HealthReport()
        self._lock = threading.Lock()
        self._asking: threading.Thread | None = None

    def report(self, wait_seconds: float = 0.0) -> HealthReport:
        """What is known, at once; asks anew where that is due, and waits only where what is known is of long ago."""
        known = self._newest()
        age = None if known.asked_at is None else datetime.now(UTC) - known.asked_at
        if age is None or not timedelta() <= age < _OLD_AFTER * self._fresh_for:
            return self.asked_anew(wait_seconds)
        if age >= self._fresh_for:
            self._start()
        return known

    def asked_anew(self, wait_seconds: float) -> HealthReport:
        """Asks now, for a person wants to know, and gives what is known after `wait_seconds` at most."""
        self._start().join(wait_seconds)
        return self._newest()

    def _newest(self) -> HealthReport:
        """Also of what another worker asked: a page is answered by any of them, and must not go back in time."""
        with self._lock:
            known = [report for report in (self._shared.read(), self._own) if report is not None]
        return max(known, key=lambda report: report.asked_at or _NEVER)

    def _start(self) -> threading.Thread:
        with self._lock:
            if self._asking is None or not self._asking.is_alive():
                self._asking = threading.Thread(target=self._ask, name="health", daemon=True)
                self._asking.start()
            return self._asking

    def _ask(self) -> None:
        found = outcomes(self._checks.probes | self._probes)
        core = self._checks.judged(found)
        listed = [
            ServiceHealth(kind=ServiceKind.MLFLOW, name=SERVICE, health=core.mlflow),
            ServiceHealth(kind=ServiceKind.MODEL_STORE, name=self._services.models.name, health=core.model_store),
        ]
        listed += [
            ServiceHealth(kind=kind, name=service.name, label=label, health=judged(found[str(service.name)]))
            for kind, label, service in self._others
        ]
        self._own = HealthReport(services=listed, asked_at=datetime.now(UTC))
        try:
            self._shared.write(self._own)
        except OSError as error:
            log.warning("a worker has its own view of the services", extra={"cause": str(error)})


def _others(settings: Settings) -> Iterator[tuple[ServiceKind, str | None, JsonService]]:
    for monitor in settings.gpu_monitors:
        auth = basic_auth(monitor.credentials)
        service = JsonService(GpuMonitor(monitor.name), monitor.url, auth, direct=settings.embedded_gpu_monitor)
        yield ServiceKind.GPU_MONITOR, monitor.name, service
    if settings.embedded_inference:  # of a team's own server only the socket is known, as a browser opens it
        yield ServiceKind.INFERENCE, None, JsonService(InferenceEngine.name, settings.inference_url, direct=True)
