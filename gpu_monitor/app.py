"""The monitor's routes: the stream `/ws/gpu`, `/gpus`, `/history`, `/health` and `/metrics`."""

from collections.abc import Callable

from flask import Flask, Response, jsonify, request
from pydantic import ValidationError

from domain.errors import ClewError
from domain.errors.misfits import misfits_of
from domain.errors.requests import ContractMisfit, RequestRefused
from domain.message_data import coded
from gpu_monitor.driver.processes import boot_id
from gpu_monitor.kept.answers import HistoryQuery
from gpu_monitor.kept.keeper import HistoryKeeper
from gpu_monitor.metrics import metrics
from gpu_monitor.settings import GpuMonitorSettings
from gpu_monitor.watch import Watch
from sockets.broadcast import Broadcast
from sockets.host_check import check_hosts
from sockets.origins import read_origins
from sockets.socket_route import SocketRoute


def create_app(settings: GpuMonitorSettings) -> tuple[Flask, Callable[[], None]]:
    """Returns the app, already sampling, and the function that stops it."""
    app = Flask("gpu_monitor", static_folder=None)
    check_hosts(app, settings.hosts_answered)
    broadcast = Broadcast()
    keeper = HistoryKeeper(settings, boot_id())
    watch = Watch(settings, broadcast.publish, keeper.take)
    stream = SocketRoute(
        app,
        "/ws/gpu",
        talk=lambda viewer: broadcast.serve(viewer, lambda: watch.report(with_history=True).model_dump_json()),
        most_viewers=settings.gpu_max_viewers,
        origins=read_origins(settings.allowed_origins),
    )
    _add_report(app, watch)
    _add_history(app, keeper)
    _add_health(app, watch, broadcast)
    _add_metrics(app, watch, broadcast)

    def stop() -> None:
        watch.stop()
        stream.close()

    keeper.start()
    watch.start()
    return app, stop


def _add_report(app: Flask, watch: Watch) -> None:
    @app.get("/gpus")
    def gpus() -> Response:
        """Returns the stream's current message once, for programs that poll."""
        return Response(watch.report().model_dump_json(), mimetype="application/json")


def _add_history(app: Flask, keeper: HistoryKeeper) -> None:
    @app.get("/history")
    def history() -> Response:
        """Returns the stored history of a time range, as `HistoryQuery` selects it."""
        try:
            query = HistoryQuery.model_validate(request.args.to_dict())
        except ValidationError as error:
            raise ContractMisfit(misfits_of(error)) from error
        return Response(keeper.history(query).model_dump_json(), mimetype="application/json")

    @app.errorhandler(ClewError)
    def refused(error: ClewError) -> tuple[Response, int]:
        details = error.details if isinstance(error, RequestRefused) else {}
        return jsonify({**coded(error, "error"), "details": details}), error.status


def _add_health(app: Flask, watch: Watch, broadcast: Broadcast) -> None:
    @app.get("/health")
    def health() -> Response:
        """Returns whether the service itself is well; the state of the GPUs is in `state`."""
        age = watch.age_seconds
        return jsonify(
            status="healthy",
            state=watch.state,
            sample_age_seconds=None if age is None else round(age, 3),
            sample_interval_seconds=watch.last and watch.last.interval_seconds,
            viewers=len(broadcast),
            sampler_restarts=watch.restarts,
        )


def _add_metrics(app: Flask, watch: Watch, broadcast: Broadcast) -> None:
    @app.get("/metrics")
    def prometheus() -> Response:
        """Returns the last sample for Prometheus."""
        text = metrics(watch.report(), viewers=len(broadcast), restarts=watch.restarts)
        return Response(text, content_type="text/plain; version=0.0.4; charset=utf-8")
