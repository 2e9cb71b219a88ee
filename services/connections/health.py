"""Wires the health checks of the dashboard's dependencies from the settings."""

from collections.abc import Iterator, Sequence

from domain.addresses import credentials_in
from domain.errors.names import GpuMonitor
from domain.health import ServiceKind
from services.health.dependency_health import Checks
from services.health.service_health import HealthSnapshots, PeerService
from services.run_facts.gpus import Monitor
from services.sharing.shared_file import cache_folder
from services.tracking.run_source import RunSource
from services.trainings.scheduler_client import SchedulerClient
from settings.settings import Settings
from transport.credentials import basic_auth
from transport.http_client import JsonService


def scheduler_service(settings: Settings) -> JsonService:
    """Returns the client of the configured training scheduler."""
    auth = basic_auth(credentials_in(settings.scheduler_address))
    return JsonService(SchedulerClient.name, settings.scheduler_address, auth, direct=settings.embedded_scheduler)


def health_snapshots(
    settings: Settings, checks: Checks, source: RunSource, peer_services: Sequence[PeerService]
) -> HealthSnapshots:
    """Returns the health of all configured services; the cache is separate for different sets of services."""
    cache_name = " ".join([source.address, str(checks.model_store), *(one.service.url for one in peer_services)])
    return HealthSnapshots(
        checks, peer_services, cache_folder(settings.cache_dir, cache_name), settings.refresh_seconds
    )


def peer_services(settings: Settings, engine: JsonService) -> Iterator[PeerService]:
    """Yields the GPU monitors, and the inference engine if it is Clew's own."""
    for name, service in gpu_monitors(settings):
        yield PeerService(ServiceKind.GPU_MONITOR, name, service)
    if settings.embedded_inference:  # of a team's own server only the socket's address is known, as browsers open it
        yield PeerService(ServiceKind.INFERENCE, None, engine)


def gpu_monitors(settings: Settings) -> list[Monitor]:
    """Returns the GPU monitors, each by its name."""
    return [
        Monitor(
            one.name,
            JsonService(
                GpuMonitor(one.name), one.url, basic_auth(one.credentials), direct=settings.embedded_gpu_monitor
            ),
        )
        for one in settings.gpu_monitors
    ]


def scheduler_peer(scheduler: SchedulerClient) -> PeerService:
    """Returns the scheduler as a service with a health check."""
    return PeerService(ServiceKind.SCHEDULER, None, scheduler.service)
