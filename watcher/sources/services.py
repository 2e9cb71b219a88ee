"""Alerts for services that do not answer, trainings that wait too long, and disks that are nearly full."""

import os
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from pydantic import ValidationError

from domain.alerts.alert import Subject
from domain.alerts.kinds import AlertKind
from domain.errors import BadResponse, ClewError, Name
from domain.errors.alerts.events import DiskNearlyFull, ServiceIsDown, TrainingQueued
from domain.errors.misfits import misfit_of
from domain.trainings.answers import TrainingList
from domain.trainings.training import WAITING
from transport.http_client import JsonService
from watcher.clock import now_ms
from watcher.sources.causes import cause_of
from watcher.state.alert_book import AlertBook
from watcher.state.conditions import Condition

ROUND_SECONDS: Final = 15.0
_ANSWER_SECONDS: Final = 5.0
_GIB: Final = 2**30


class PeerService(NamedTuple):
    """A service that Clew depends on, by a stable key, its displayed name, and its health address."""

    key: str
    name: Name
    service: JsonService
    path: str = "/health"


class SchedulerService(NamedTuple):
    """The scheduler of trainings."""

    name: Name
    service: JsonService


def service_down(key: str, name: Name, error: ClewError) -> Condition:
    """Returns the condition of a service that does not answer."""
    subject = Subject(key=key, name=str(name), page="/")
    return Condition(AlertKind.SERVICE_DOWN, subject, ServiceIsDown(name, cause_of(error)))


class ServiceSource:
    """Asks the services that only the watcher checks."""

    def __init__(self, peer_services: Sequence[PeerService]) -> None:
        self._peer_services = peer_services

    def round(self) -> Iterator[Condition]:
        """Asks all of them; yields those that do not answer."""
        for one in self._peer_services:
            try:
                one.service.call("GET", one.path, deadline_seconds=_ANSWER_SECONDS)
            except ClewError as error:
                yield service_down(one.key, one.name, error)


class QueueSource:
    """Watches the queue of trainings."""

    def __init__(self, scheduler: SchedulerService, book: AlertBook) -> None:
        self._scheduler = scheduler
        self._book = book

    def round(self) -> Iterator[Condition]:
        """Asks the scheduler, and records waiting trainings; yields a condition if the scheduler does not answer."""
        name, service = self._scheduler
        try:
            answer = service.call("GET", "/api/training/runs", deadline_seconds=_ANSWER_SECONDS)
            listed = TrainingList.model_validate(answer).trainings
        except ValidationError as error:
            yield service_down("scheduler", name, BadResponse(name, *misfit_of(error)))
            return
        except ClewError as error:
            yield service_down("scheduler", name, error)
            return
        now, found = now_ms(), []
        for one in listed:
            if one.state in WAITING:
                waited = max(0.0, (now - one.asked_ms) / 1000)
                subject = Subject(
                    key=one.run_id,
                    name=one.name[:300] or one.run_id[:8],
                    experiment=one.experiment[:300],
                    run_id=one.run_id,
                    page=f"/training/{one.run_id}",
                )
                text = TrainingQueued(subject.name, max(1, round(waited / 60)))
                found.append(Condition(AlertKind.QUEUED, subject, text, already_seconds=waited))
        self._book.hold((AlertKind.QUEUED,), found)


class DiskSource:
    """Watches the disks of folders on this machine."""

    def __init__(self, folders: Sequence[Path], least_percent: float, book: AlertBook) -> None:
        self._folders = folders
        self._least_percent = least_percent
        self._book = book

    def round(self, others: Sequence[Condition], unknown: frozenset[str]) -> None:
        """Reads each disk, and records nearly full ones, along with `others`; folders on the same disk count once."""
        found: dict[int, Condition] = {}
        for folder in self._folders:
            if folder.exists():
                disk = os.statvfs(folder)
                if disk.f_blocks and 100 * disk.f_bavail / disk.f_blocks < self._least_percent:
                    found.setdefault(folder.stat().st_dev, _nearly_full(folder, disk))
        there = [*found.values(), *others]
        self._book.hold((AlertKind.DISK_FULL,), there, lambda subject: subject.host in unknown)


def _nearly_full(folder: Path, disk: os.statvfs_result) -> Condition:
    host = socket.gethostname()
    subject = Subject(key=f"{host} {folder}"[:500], name=str(folder)[:300], host=host, page="/alerts")
    free, total = disk.f_bavail * disk.f_frsize // _GIB, disk.f_blocks * disk.f_frsize // _GIB
    return Condition(AlertKind.DISK_FULL, subject, DiskNearlyFull(host, str(folder), free, total))
