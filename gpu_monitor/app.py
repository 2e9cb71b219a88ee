"""The monitor's addresses: the stream `/ws/gpu`, `/gpus`, `/health` and `/metrics`."""

from collections.abc import Callable

from flask import Flask, Response, jsonify

from gpu_monitor.metrics import metrics
from gpu_monitor.settings import GpuMonitorSettings
from gpu_monitor.watch import Watch
from sockets.broadcast import Broadcast
from sockets.host_check import check_hosts
from sockets.origins import read_origins
from sockets.socket_route import SocketRoute


def create_app(settings: GpuMonitorSettings) -> tuple[Flask, Callable[[], None]]:
    """The app, already sampling, and what stops it."""
    app = Flask("gpu_monitor", static_folder=None)
    check_hosts(app, settings.hosts_answered)
    broadcast = Broadcast()
    watch = Watch(settings, broadcast.publish)
    stream = SocketRoute(
        app,
        "/ws/gpu",
        talk=lambda viewer: broadcast.serve(viewer, lambda: watch.report(with_history=True).model_dump_json()),
        most_viewers=settings.gpu_max_viewers,
        origins=read_origins(settings.allowed_origins),
    )
    _add_report(app, watch)
    _add_health(app, watch, broadcast)
    _add_metrics(app, watch, broadcast)

    def stop() -> None:
        watch.stop()
        stream.close()

    watch.start()
    return app, stop


def _add_report(app: Flask, watch: Watch) -> None:
    @app.get("/gpus")
    def gpus() -> Response:
        """What the stream tells, once: for programs that want to know now."""
        return Response(watch.report().model_dump_json(), mimetype="application/json")


def _add_health(app: Flask, watch: Watch, broadcast: Broadcast) -> None:
    @app.get("/health")
    def health() -> Response:
        """Whether the service itself is well; a GPU that is not is in `state`."""
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
        """The last sample for Prometheus."""
        text = metrics(watch.report(), viewers=len(broadcast), restarts=watch.restarts)
        return Response(text, content_type="text/plain; version=0.0.4; charset=utf-8")
