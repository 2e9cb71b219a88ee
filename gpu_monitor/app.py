"""The monitor's routes: the stream `/ws/gpu`, `/gpus`, `/history`, `/health` and `/metrics`."""

from collections.abc import Callable
from typing import Final

from flask import Flask, Response

from domain.errors.fleet.history import HistoryNotKept, SpanReversed, TooManySteps
from domain.fleet.kept_history import HistoryQuery, KeptHistory
from domain.gpus import GpuReport
from domain.gpus.health import MonitorHealth
from gpu_monitor.driver.processes import boot_id
from gpu_monitor.history.keeper import HistoryRecorder
from gpu_monitor.metrics import metrics
from gpu_monitor.settings import GpuMonitorSettings
from gpu_monitor.watch import ReadingPublisher
from serving.operations import failed_answers
from serving.operations.operation import check_declared, operation
from sockets.broadcast import Broadcast
from sockets.host_check import check_hosts
from sockets.origins import read_origins
from sockets.socket_route import SocketRoute

_RETRY_SECONDS: Final = 10


def create_app(settings: GpuMonitorSettings) -> tuple[Flask, Callable[[], None]]:
    """Returns the app, already sampling, and the function that stops it."""
    broadcast = Broadcast()
    keeper = HistoryRecorder(settings, boot_id())
    watch = ReadingPublisher(settings, broadcast.publish, keeper.take)
    app, stream = app_of(settings, watch, keeper, broadcast)

    def stop() -> None:
        watch.stop()
        stream.close()

    keeper.start()
    watch.start()
    return app, stop


def app_of(
    settings: GpuMonitorSettings, watch: ReadingPublisher, keeper: HistoryRecorder, broadcast: Broadcast
) -> tuple[Flask, SocketRoute]:
    """Returns the app with all its routes, and the connections of its stream; nothing is started."""
    app = Flask("gpu_monitor", static_folder=None)
    check_hosts(app, settings.hosts_answered)
    failed_answers.register(app, retry_seconds=_RETRY_SECONDS)
    stream = SocketRoute(
        app,
        "/ws/gpu",
        handle_connection=lambda viewer: broadcast.serve(
            viewer, lambda: watch.report(with_history=True).model_dump_json()
        ),
        most_viewers=settings.gpu_max_viewers,
        origins=read_origins(settings.allowed_origins),
    )
    _add_report(app, watch)
    _add_history(app, keeper)
    _add_health(app, watch, broadcast)
    _add_metrics(app, watch, broadcast)
    check_declared(app)
    return app, stream


def _add_report(app: Flask, watch: ReadingPublisher) -> None:
    @app.get("/gpus")
    @operation()
    def gpus() -> GpuReport:
        """Returns the stream's current message once, for programs that poll."""
        return watch.report()


def _add_history(app: Flask, keeper: HistoryRecorder) -> None:
    @app.get("/history")
    @operation(HistoryNotKept, SpanReversed, TooManySteps)
    def history(query: HistoryQuery) -> KeptHistory:
        """Returns the stored history of a time range, a value for each step."""
        return keeper.history(query)


def _add_health(app: Flask, watch: ReadingPublisher, broadcast: Broadcast) -> None:
    @app.get("/health")
    @operation()
    def health() -> MonitorHealth:
        """Returns whether the service itself works; the state of the GPUs is in `state`."""
        age = watch.age_seconds
        return MonitorHealth(
            status="healthy",
            state=watch.state,
            sample_age_seconds=None if age is None else round(age, 3),
            sample_interval_seconds=watch.last and watch.last.interval_seconds,
            viewers=len(broadcast),
            sampler_restarts=watch.restarts,
        )


def _add_metrics(app: Flask, watch: ReadingPublisher, broadcast: Broadcast) -> None:
    @app.get("/metrics")
    @operation(files=("text/plain",))
    def prometheus() -> Response:
        """Returns the last sample for Prometheus."""
        text = metrics(watch.report(), viewers=len(broadcast), restarts=watch.restarts)
        return Response(text, content_type="text/plain; version=0.0.4; charset=utf-8")
