"""The scheduler's API as an OpenAPI document: `python -m scheduler.openapi` writes docs/scheduler.openapi.yaml."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from flask import Flask

from domain.access.table import SCHEDULER
from domain.errors import ReadOnly
from domain.errors.records import TokenNeeded
from domain.errors.requests import PageNotAllowed
from scheduler.app import app_of
from scheduler.scheduler import Scheduler
from scheduler.settings import SchedulerSettings
from serving.operations import openapi
from serving.operations.failures import MEANINGS_IN_SERVICES

API: Final = openapi.HttpApi(
    module="scheduler.openapi",
    file=openapi.DOCS / "scheduler.openapi.yaml",
    title="Clew's scheduler",
    description="Queues, starts and stops trainings. Programs use the dashboard's API, which passes on to this one.",
    access=SCHEDULER,
    meanings=MEANINGS_IN_SERVICES,
    guard=(TokenNeeded, ReadOnly),
    refusals=(PageNotAllowed,),
)


def server(folder: Path) -> Flask:
    """Returns the app with all its routes, not started, with its state in `folder`."""
    settings = SchedulerSettings(_env_file=None, state_dir=folder)
    return app_of(Scheduler(settings, "0"), settings)[0]


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        openapi.write(server(Path(folder)), API)
