"""Who is looked at for how the dashboard's dependencies are, by what the settings name."""

from collections.abc import Iterator, Sequence

from domain.addresses import credentials_in
from domain.errors.names import GpuMonitor
from domain.health import ServiceKind
from services.health.dependency_health import Checks
from services.health.service_health import HealthSnapshots, Neighbour
from services.run_facts.gpus import Monitor
from services.sharing.shared_file import cache_folder
from services.tracking.run_source import RunSource
from services.trainings.scheduler_client import SchedulerClient
from settings.settings import Settings
from transport.credentials import basic_auth
from transport.http_client import JsonService


def scheduler_service(settings: Settings) -> JsonService:
    """Returns the scheduler of trainings, by what `settings` name."""
    auth = basic_auth(credentials_in(settings.scheduler_address))
    return JsonService(SchedulerClient.name, settings.scheduler_address, auth, direct=settings.embedded_scheduler)


def health_snapshots(
    settings: Settings, checks: Checks, source: RunSource, neighbours: Sequence[Neighbour]
) -> HealthSnapshots:
    """Returns how everybody is doing whom `settings` name; kept apart from what another Clew asks that names others."""
    asked = " ".join([source.address, str(checks.model_store), *(one.service.url for one in neighbours)])
    return HealthSnapshots(checks, neighbours, cache_folder(settings.cache_dir, asked), settings.refresh_seconds)


def neighbours(settings: Settings, engine: JsonService) -> Iterator[Neighbour]:
    """Yields the GPU monitors, and the inference engine where it is ours."""
    for name, service in gpu_monitors(settings):
        yield Neighbour(ServiceKind.GPU_MONITOR, name, service)
    if settings.embedded_inference:  # of a team's own server only the socket is known, as a browser opens it
        yield Neighbour(ServiceKind.INFERENCE, None, engine)


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


def neighbour(scheduler: SchedulerClient) -> Neighbour:
    """Returns the scheduler as one whose health is shown."""
    return Neighbour(ServiceKind.SCHEDULER, None, scheduler.service)
