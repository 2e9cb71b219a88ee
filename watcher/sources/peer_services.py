"""All services that Clew depends on: alerts for those that do not answer are raised together."""

import threading
from collections.abc import Iterator
from typing import Final

from domain.addresses import credentials_in
from domain.alerts.kinds import AlertKind
from domain.errors import ClewError
from domain.errors.names import INFERENCE_ENGINE, MODEL_SERVER, TRAINING_SCHEDULER, GpuMonitor
from mlflow_api.schemas import SERVICE
from transport.credentials import basic_auth
from transport.http_client import JsonService
from watcher.settings import WatcherSettings
from watcher.sources import gpus, services
from watcher.state.alert_book import AlertBook
from watcher.state.conditions import Condition

# Number of groups that have to be asked: monitors, MLflow, all others.
_GROUPS: Final = 3


class PeerServices:
    """The sources that do not use MLflow, and which of all services do not answer."""

    def __init__(self, settings: WatcherSettings, book: AlertBook) -> None:
        self._book = book
        monitors = [
            gpus.Monitor(
                one.name,
                JsonService(
                    GpuMonitor(one.name), one.url, basic_auth(one.credentials), direct=settings.embedded_gpu_monitor
                ),
            )
            for one in settings.gpu_monitors
        ]
        self._gpus = gpus.GpuSource(monitors, settings.disk_least_percent, book)
        url = settings.scheduler_address
        scheduler = JsonService(
            TRAINING_SCHEDULER, url, basic_auth(credentials_in(url)), direct=settings.embedded_scheduler
        )
        self._queue = services.QueueSource(services.SchedulerService(TRAINING_SCHEDULER, scheduler), book)
        self._services = services.ServiceSource(list(_peer_services(settings)))
        folders = [settings.state_dir, *([settings.state_dir / "mlflow"] if settings.embedded else [])]
        self._disks = services.DiskSource(folders, settings.disk_least_percent, book)
        self._down: dict[str, list[Condition]] = {}
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Drops earlier results: a service counts as recovered only after it has been asked again."""
        with self._lock:
            self._down = {}

    def gpu_round(self) -> None:
        """Asks the monitors."""
        self._hold("gpus", self._gpus.round())

    def service_round(self) -> None:
        """Asks all other services."""
        self._hold("services", [*self._services.round(), *self._queue.round()])
        self._disks.round(self._gpus.disks, self._gpus.unknown)

    def mlflow_failed(self, error: ClewError | None) -> None:
        """Notes whether a round with MLflow failed."""
        self._hold("mlflow", [] if error is None else [services.service_down("mlflow", SERVICE, error)])

    def _hold(self, group: str, down: list[Condition]) -> None:
        with self._lock:
            self._down[group] = down
            if len(self._down) == _GROUPS:
                self._book.hold((AlertKind.SERVICE_DOWN,), [one for each in self._down.values() for one in each])


def _peer_services(settings: WatcherSettings) -> Iterator[services.PeerService]:
    if settings.embedded_inference:
        yield services.PeerService(
            "inference", INFERENCE_ENGINE, JsonService(INFERENCE_ENGINE, settings.inference_url, direct=True)
        )
    if settings.model_server_url is not None:
        url = str(settings.model_server_url).rstrip("/")
        yield services.PeerService("model-server", MODEL_SERVER, JsonService(MODEL_SERVER, url))
