"""The engine's addresses: the socket `/ws/inference`, `/health`, and `/evaluations/<model_id>`."""

from collections.abc import Callable

from flask import Flask, Response, jsonify

from inference import evaluation_routes
from inference.clew_models import ClewModels
from inference.engine import Engine
from inference.evaluations import Evaluations
from inference.settings import InferenceSettings
from inference.viewing import Viewing
from sockets.host_check import check_hosts
from sockets.origins import read_origins
from sockets.socket_route import SocketRoute


def create_app(settings: InferenceSettings) -> tuple[Flask, Callable[[], None]]:
    """The app, and what stops it."""
    app = Flask("inference", static_folder=None)
    check_hosts(app, settings.hosts_answered)
    engine = Engine(ClewModels(settings.models_url, direct=settings.clew_url is None), settings.inference_max_models)
    evaluations = Evaluations(engine)
    origins = read_origins(settings.allowed_origins)
    viewers = SocketRoute(
        app,
        "/ws/inference",
        talk=lambda viewer: Viewing(engine, viewer).serve(),
        most_viewers=settings.inference_max_viewers,
        kept_places=settings.inference_max_viewers // 4,
        origins=origins,
    )
    evaluation_routes.register(app, evaluations, origins)
    _add_health(app, engine, evaluations, viewers)

    def stop() -> None:
        evaluations.close()
        viewers.close()
        engine.pool.close()

    return app, stop


def _add_health(app: Flask, engine: Engine, evaluations: Evaluations, viewers: SocketRoute) -> None:
    @app.get("/health")
    def health() -> Response:
        """Whether the engine itself is well; whether there is a model to watch is not asked."""
        recent = engine.latencies.percentiles()
        return jsonify(
            status="healthy",
            viewers=len(viewers),
            models=len(engine.pool),
            latency_p50_ms=recent.p50,
            latency_p95_ms=recent.p95,
            evaluations=evaluations.running,
        )
