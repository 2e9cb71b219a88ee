"""The scheduler's routes: `/api/training/…`, the sockets `/ws/training/<run_id>`, and `/health`."""

from collections.abc import Callable
from typing import Final

from flask import Flask, request

from domain.access.identity import program_requester
from domain.access.rules import check
from domain.access.table import SCHEDULER, access_of
from domain.errors.requests import PageNotAllowed
from domain.trainings.answers import SchedulerHealth
from scheduler import log_routes, routes
from scheduler.scheduler import Scheduler
from scheduler.settings import SchedulerSettings
from serving.operations import failed_answers
from serving.operations.operation import check_declared, operation
from sockets.host_check import check_hosts
from sockets.origins import is_allowed, read_origins
from sockets.socket_route import SocketRoute

_RETRY_SECONDS: Final = 5


def create_app(settings: SchedulerSettings, scheduler_id: str) -> tuple[Flask, Callable[[], None]]:
    """Returns the app, already started, and the function that stops it."""
    scheduler = Scheduler(settings, scheduler_id)
    app, viewers = app_of(scheduler, settings)

    def stop() -> None:
        scheduler.stop()
        viewers.close()

    scheduler.start()
    return app, stop


def app_of(scheduler: Scheduler, settings: SchedulerSettings) -> tuple[Flask, SocketRoute]:
    """Returns the app with all its routes, and the connections of its sockets; nothing is started."""
    app = Flask("scheduler", static_folder=None)
    check_hosts(app, settings.hosts_answered)
    failed_answers.register(app, retry_seconds=_RETRY_SECONDS)
    _refuse(app, settings, scheduler)
    viewers = SocketRoute(
        app,
        "/ws/training/<run_id>",
        handle_connection=lambda viewer: scheduler.viewers.serve(viewer, viewer.arguments["run_id"]),
        most_viewers=settings.scheduler_max_viewers,
        origins=read_origins(settings.allowed_origins),
    )
    routes.register(app, scheduler, settings)
    log_routes.register(app, scheduler)
    _add_health(app, scheduler)
    check_declared(app)
    return app, viewers


def _refuse(app: Flask, settings: SchedulerSettings, scheduler: Scheduler) -> None:
    origins = read_origins(settings.allowed_origins)

    @app.before_request
    def refuse() -> None:
        """Refuses pages of other sites, requests that the access table forbids, and sockets of unknown trainings."""
        if request.url_rule is None:
            return
        origin = request.headers.get("Origin")
        if not is_allowed(origin, request.host, origins):
            raise PageNotAllowed(str(origin)[:100])
        requester = program_requester(request.headers, request.remote_addr, settings)
        check(access_of(SCHEDULER, request.method, request.url_rule.rule), requester, settings)
        if request.url_rule.rule.startswith("/ws/"):
            scheduler.entries.get((request.view_args or {}).get("run_id", ""))


def _add_health(app: Flask, scheduler: Scheduler) -> None:
    @app.get("/health")
    @operation()
    def health() -> SchedulerHealth:
        """Returns whether the scheduler itself works; the state of MLflow is in `mlflow`."""
        trouble = scheduler.dispatcher.trouble
        return SchedulerHealth(
            status="healthy",
            scheduler=scheduler.id,
            slots=scheduler.slots,
            busy=scheduler.busy,
            waiting=len(scheduler.entries.waiting()),
            is_read=scheduler.entries.is_read,
            mlflow="ok" if trouble is None else str(trouble),
        )
