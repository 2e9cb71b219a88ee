"""The engine's addresses: the socket `/ws/inference`, `/health`, and `/evaluations/<model_id>`."""

from collections.abc import Callable

from flask import Flask, Response, jsonify, request

from domain.access.identity import program_asker, user_of
from domain.access.rules import check
from domain.access.table import INFERENCE, access_of
from environments.known import KnownEnvironments
from environments.pool import EnvironmentPool
from inference import episode_routes, evaluation_routes
from inference.clew_models import ClewModels
from inference.engine import Engine
from inference.episodes import EpisodeDrawing
from inference.evaluations import Evaluations
from inference.settings import InferenceSettings
from inference.viewers.viewing import Viewing
from sockets.connections import Connection
from sockets.fair_places import address_of
from sockets.host_check import check_hosts
from sockets.origins import read_origins
from sockets.socket_route import SocketRoute


def create_app(settings: InferenceSettings) -> tuple[Flask, Callable[[], None]]:
    """Returns the app, and what stops it."""
    app = Flask("inference", static_folder=None)
    check_hosts(app, settings.hosts_answered)
    _refuse_by_table(app, settings)
    known = KnownEnvironments.read(settings.environments_file)
    models = ClewModels(settings.models_url, direct=settings.clew_url is None)
    engine = Engine(models, settings.inference_max_models, EnvironmentPool(known, settings.inference_max_environments))
    evaluations = Evaluations(engine, known)
    origins = read_origins(settings.allowed_origins)

    def talk(viewer: Connection) -> None:
        engine.expect()
        Viewing(engine, viewer).serve()

    viewers = SocketRoute(
        app,
        "/ws/inference",
        talk=talk,
        most_viewers=settings.inference_max_viewers,
        kept_places=settings.inference_max_viewers // 4,
        origins=origins,
        person_of=lambda asked: user_of(asked.headers, asked.remote_addr, settings) or address_of(asked),
    )
    evaluation_routes.register(app, settings, evaluations, origins)
    episode_routes.register(app, EpisodeDrawing(engine.models, known))
    _add_health(app, engine, evaluations, viewers)

    def stop() -> None:
        evaluations.close()
        known.close()
        viewers.close()
        engine.close()

    return app, stop


def _refuse_by_table(app: Flask, settings: InferenceSettings) -> None:
    @app.before_request
    def refuse() -> None:
        if request.url_rule is not None:
            asker = program_asker(request.headers, request.remote_addr, settings)
            check(access_of(INFERENCE, request.method, request.url_rule.rule), asker, settings)


def _add_health(app: Flask, engine: Engine, evaluations: Evaluations, viewers: SocketRoute) -> None:
    @app.get("/health")
    def health() -> Response:
        """Returns whether the engine itself is well; whether there is a model to watch is not asked."""
        recent = engine.latencies.percentiles()
        return jsonify(
            status="healthy",
            viewers=len(viewers),
            models=len(engine.pool),
            environments=len(engine.environments),
            latency_p50_ms=recent.p50,
            latency_p95_ms=recent.p95,
            evaluations=evaluations.running,
        )
