"""The alerts of one MLflow, shared by the workers of this host; mutes; and hints to the watcher."""

import logging
import secrets
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from pydantic import TypeAdapter

from concurrency.worker_pool import DaemonPool
from domain.alerts.alert import Mute
from domain.alerts.alert_list import AlertList, MuteRequest
from domain.errors import ClewError, ServiceError
from domain.errors.alerts.mutes import MutesFull, NoSuchMute
from domain.errors.services import NothingReadYet, UnavailableBecause
from mlflow_api.alerts.holder import MUTE_TAG, AlertHolder
from mlflow_api.client import MlflowApi
from mlflow_api.schemas import SERVICE
from services.failures import Failure
from services.sharing.reading import Reading
from services.sharing.shared_file import cache_folder
from services.sharing.snapshot import Snapshot
from services.sharing.value_forms import JsonForm
from services.sharing.version_token import VersionToken

MAX_MUTES: Final = 50
_MS_PER_HOUR: Final = 3_600_000
_HINT_WAIT_SECONDS: Final = 5.0
log = logging.getLogger(__name__)


class KnownAlerts(NamedTuple):
    """What is known now (None before the first answer), as of when, and the last failure since."""

    alerts: AlertList | None
    as_of: datetime | None
    failure: Failure | None


class TeamAlerts:
    """Reads the alerts that the watcher stores in MLflow, and writes mutes."""

    def __init__(self, mlflow: MlflowApi, cache_dir: Path, refresh_seconds: float) -> None:
        self._holder = AlertHolder(mlflow)
        folder = cache_folder(cache_dir, mlflow.service.url)
        self._token = VersionToken(folder / "alerts-changed")
        self._pool = DaemonPool(1, "alert-hints")
        self._hint_waits = threading.Event()
        self._snapshot = Snapshot(
            folder,
            "alerts",
            JsonForm(TypeAdapter(AlertList)),
            self._read,
            service=SERVICE,
            due_after=timedelta(seconds=refresh_seconds / 3),
            token=self._token,
        )

    def view(self, wait_seconds: float) -> KnownAlerts:
        """Returns what is known; waits up to `wait_seconds` if that is nothing yet, or from before a mute."""
        return _known(self._snapshot.view(wait_seconds))

    def refreshed(self, wait_seconds: float) -> KnownAlerts:
        """Reads the alerts again, on a user's request."""
        return _known(self._snapshot.refreshed(wait_seconds))

    def mute(self, request: MuteRequest, by: str | None) -> Mute:
        """Mutes alerts; raises `MutesFull`, or as MLflow does."""
        now = time.time_ns() // 1_000_000
        there = self._holder.control().mutes
        if sum(one.until_ms > now for one in there) >= MAX_MUTES:
            raise MutesFull(MAX_MUTES)
        made = Mute(
            id=secrets.token_hex(8),
            kinds=request.kinds,
            pattern=request.pattern.strip(),
            until_ms=now + round(request.hours * _MS_PER_HOUR),
            by=None if by is None else by[:300],
            why=request.why,
        )
        try:
            self._holder.set_control(MUTE_TAG + made.id, made.model_dump_json(exclude_defaults=True))
            for old in there:
                if old.until_ms <= now:
                    self._holder.drop_control(MUTE_TAG + old.id)
        finally:
            self._token.renew()
        return made

    def unmute(self, mute_id: str) -> None:
        """Ends a mute early; raises `NoSuchMute`, or as MLflow does."""
        if all(one.id != mute_id for one in self._holder.control().mutes):
            raise NoSuchMute
        try:
            self._holder.drop_control(MUTE_TAG + mute_id)
        finally:
            self._token.renew()

    def hint(self) -> None:
        """Notifies the watcher, if there is one, in the background that models or the trash changed."""
        if not self._hint_waits.is_set():  # hundreds of runs that are deleted at once need only one hint
            self._hint_waits.set()
            self._pool.submit(self._hint)

    def _hint(self) -> None:
        self._hint_waits.clear()
        known = self._snapshot.view(_HINT_WAIT_SECONDS).value
        if known is not None and known.is_watched:
            try:
                self._holder.hint(secrets.token_hex(4))
            except ClewError as error:
                log.info("the watcher finds a change at its next look", extra={"cause": str(error)})

    def _read(self, known: Reading[AlertList]) -> AlertList:
        control = self._holder.control()
        lease = control.lease
        found = AlertList(
            alerts=self._holder.alerts() if control.began_ms is not None else [],
            mutes=list(control.mutes),
            watcher=None if lease is None or not lease.watcher else lease.host,
            watcher_at_ms=None if lease is None or not lease.watcher else lease.at_ms,
            is_watched=control.began_ms is not None,
        )
        # An identical object need not be written again.
        return known.value if known.value is not None and known.value == found else found


class HintingToken(VersionToken):
    """A token that also notifies the watcher when it is renewed."""

    def __init__(self, path: Path, alerts: TeamAlerts) -> None:
        super().__init__(path)
        self._alerts = alerts

    def renew(self) -> None:
        """Renews the token, and sends a hint to the watcher."""
        super().renew()
        self._alerts.hint()


def alerts_failure(known: KnownAlerts) -> ServiceError:
    """Returns why the alerts are not known."""
    if known.failure is None:
        return NothingReadYet(SERVICE)
    return UnavailableBecause(known.failure.service_name, known.failure.error)


def _known(known: Reading[AlertList]) -> KnownAlerts:
    return KnownAlerts(known.value, known.as_of, known.failure)
