"""Wires the GPU history from the settings."""

from collections.abc import Iterator, Sequence
from functools import partial

from domain.addresses import credentials_in
from domain.errors.names import PROMETHEUS
from domain.health import ServiceKind
from services.fleet.fleet_histories import FleetHistories
from services.fleet.monitor_history import MonitorHistory
from services.fleet.prometheus_api import PrometheusApi
from services.fleet.prometheus_history import PrometheusHistory
from services.health.dependency_health import DEADLINE_SECONDS
from services.health.service_health import PeerService
from services.run_facts.gpus import Monitor
from settings.settings import Settings
from transport.credentials import BearerAuth, basic_auth
from transport.http_client import JsonService


def prometheus(settings: Settings) -> PrometheusApi | None:
    """Returns the configured Prometheus; None if there is none."""
    if settings.prometheus_url is None:
        return None
    url, token = str(settings.prometheus_url).rstrip("/"), settings.prometheus_token
    auth = BearerAuth(token) if token else basic_auth(credentials_in(url))
    return PrometheusApi(JsonService(PROMETHEUS, url, auth), settings.prometheus_header_values)


def fleet_histories(api: PrometheusApi | None, monitors: Sequence[Monitor]) -> FleetHistories:
    """Returns the history from Prometheus, or else from the monitors."""
    return FleetHistories(MonitorHistory(monitors) if api is None else PrometheusHistory(api))


def prometheus_service(api: PrometheusApi | None) -> Iterator[PeerService]:
    """Yields Prometheus as a service with a health check, if it is configured."""
    if api is not None:
        yield PeerService(ServiceKind.PROMETHEUS, None, api.service, partial(api.check_alive, DEADLINE_SECONDS))
