"""The engine's routes: the socket `/ws/inference`, `/health`, `/evaluations/<model_id>`, `/episodes/<model_id>`."""

from collections.abc import Callable, Set
from typing import Final

from flask import Flask, request

from domain.access.identity import program_requester, user_of
from domain.access.rules import check
from domain.access.table import INFERENCE, access_of
from domain.errors.requests import PageNotAllowed
from domain.hosts import Origin
from domain.inference.messages import EngineHealth
from environments.known import KnownEnvironments
from environments.pool import EnvironmentPool
from inference.clew_models import ClewModels
from inference.engine import Engine
from inference.episodes import EpisodeRenderer
from inference.evaluations import Evaluations
from inference.routes import episodes as episode_routes
from inference.routes import evaluations as evaluation_routes
from inference.settings import InferenceSettings
from inference.viewers.viewing import ViewerSession
from serving.operations import failed_answers
from serving.operations.operation import check_declared, operation
from sockets.connections import Connection
from sockets.fair_places import address_of
from sockets.host_check import check_hosts
from sockets.origins import is_allowed, read_origins
from sockets.socket_route import SocketRoute

_OPEN_TO_ALL_PAGES: Final = ("/health", "/ws/inference")
"""Routes that check the page themselves, or that any page may read."""
_RETRY_SECONDS: Final = 10


def create_app(settings: InferenceSettings) -> tuple[Flask, Callable[[], None]]:
    """Returns the app, and the function that stops it."""
    app = Flask("inference", static_folder=None)
    check_hosts(app, settings.hosts_answered)
    failed_answers.register(app, retry_seconds=_RETRY_SECONDS)
    origins = read_origins(settings.allowed_origins)
    _refuse(app, settings, origins)
    known = KnownEnvironments.read(settings.environments_file)
    models = ClewModels(settings.models_url, direct=settings.clew_url is None)
    engine = Engine(models, settings.inference_max_models, EnvironmentPool(known, settings.inference_max_environments))
    evaluations = Evaluations(engine, known)

    def handle_connection(viewer: Connection) -> None:
        engine.expect()
        ViewerSession(engine, viewer).serve()

    viewers = SocketRoute(
        app,
        "/ws/inference",
        handle_connection=handle_connection,
        most_viewers=settings.inference_max_viewers,
        kept_places=settings.inference_max_viewers // 4,
        origins=origins,
        person_of=lambda http_request: (
            user_of(http_request.headers, http_request.remote_addr, settings) or address_of(http_request)
        ),
    )
    evaluation_routes.register(app, settings, evaluations)
    episode_routes.register(app, EpisodeRenderer(engine.models, known))
    _add_health(app, engine, evaluations, viewers)
    check_declared(app)

    def stop() -> None:
        evaluations.close()
        known.close()
        viewers.close()
        engine.close()

    return app, stop


def _refuse(app: Flask, settings: InferenceSettings, origins: Set[str | Origin]) -> None:
    @app.before_request
    def refuse() -> None:
        """Refuses pages of other sites, and requests that the access table forbids."""
        if request.url_rule is None:
            return
        rule, origin = request.url_rule.rule, request.headers.get("Origin")
        if rule not in _OPEN_TO_ALL_PAGES and not is_allowed(origin, request.host, origins):
            raise PageNotAllowed(str(origin)[:100])
        requester = program_requester(request.headers, request.remote_addr, settings)
        check(access_of(INFERENCE, request.method, rule), requester, settings)


def _add_health(app: Flask, engine: Engine, evaluations: Evaluations, viewers: SocketRoute) -> None:
    @app.get("/health")
    @operation()
    def health() -> EngineHealth:
        """Returns whether the engine itself works; whether there is a model to watch is not checked."""
        recent = engine.latencies.percentiles()
        return EngineHealth(
            status="healthy",
            viewers=len(viewers),
            models=len(engine.pool),
            environments=len(engine.environments),
            latency_p50_ms=recent.p50,
            latency_p95_ms=recent.p95,
            evaluations=evaluations.running,
        )
