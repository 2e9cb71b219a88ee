"""The health of all services for the front page: checked in the background, once for all its viewers."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from domain.errors import BadResponse
from domain.errors.misfits import misfit_of
from domain.health import Alive, HealthReport, ServiceHealth, ServiceKind
from services.health.dependency_health import DEADLINE_SECONDS, Checks, HealthProbes, health_of
from services.sharing.reading import Reading
from services.sharing.snapshot import Snapshot
from services.sharing.value_forms import JsonForm
from transport.http_client import JsonService

_OLD_AFTER = 3  # multiple of the time for which a report is fresh
_FORMAT = 2  # version of the reports on disk: increase it when their format changes


class PeerService(NamedTuple):
    """A service next to Clew; `label` tells it apart from others of its kind; `check` raises where it is not healthy.

    Without `check` it is a Clew process, which reports its own health.
    """

    kind: ServiceKind
    label: str | None
    service: JsonService
    check: Callable[[], object] | None = None


def check_health(service: JsonService) -> None:
    """Sends `GET /health`; raises a `ServiceError` unless it reports that it is healthy."""
    answer = service.call("GET", "/health", deadline_seconds=DEADLINE_SECONDS)
    try:
        Alive.model_validate(answer)
    except ValidationError as error:
        raise BadResponse(service.name, *misfit_of(error)) from error


class HealthSnapshots:
    """The newest report of this host; each worker sends at most one check to a service at a time."""

    def __init__(
        self, checks: Checks, peer_services: Sequence[PeerService], folder: Path, refresh_seconds: float
    ) -> None:
        self._fresh_for = timedelta(seconds=refresh_seconds / 3)
        self._checks = checks
        self._peer_services = peer_services
        self._probes = HealthProbes(
            {str(one.service.name): one.check or partial(check_health, one.service) for one in peer_services}
        )
        self._snapshot = Snapshot(
            folder,
            "health",
            JsonForm(TypeAdapter(HealthReport), _FORMAT),
            self._refresh_report,
            service="Clew",
            due_after=self._fresh_for,
        )

    def report(self, wait_seconds: float = 0.0) -> HealthReport:
        """Returns the known report at once, and starts a refresh if one is due.

        It waits only if the known report is old.
        """
        return self._snapshot.view(wait_seconds, self._is_old).value or HealthReport()

    def refreshed_report(self, wait_seconds: float) -> HealthReport:
        """Checks now, on a user's request, and returns what is known after at most `wait_seconds`."""
        return self._snapshot.refreshed(wait_seconds).value or HealthReport()

    def _is_old(self, known: Reading[HealthReport]) -> bool:
        if known.attempt is None or known.value is None:
            return True
        return not timedelta() <= datetime.now(UTC) - known.attempt.ended_at < _OLD_AFTER * self._fresh_for

    def _refresh_report(self, _known: Reading[HealthReport]) -> HealthReport:
        running, core = self._probes.start(), self._checks.now()
        found = running.outcomes()
        listed = [
            ServiceHealth(kind=ServiceKind.MLFLOW, name=self._checks.tracking, health=core.mlflow),
            ServiceHealth(kind=ServiceKind.MODEL_STORE, name=self._checks.model_store, health=core.model_store),
        ]
        listed += [
            ServiceHealth(kind=kind, name=service.name, label=label, health=health_of(found[str(service.name)]))
            for kind, label, service, _check in self._peer_services
        ]
        return HealthReport(services=listed, asked_at=datetime.now(UTC))
