"""The only place that wires: settings, services, pages, callbacks and routes become one app.

`server` is what gunicorn serves: `gunicorn app:server`.
"""

import sys
from functools import partial
from pathlib import Path
from typing import Any

import dash
from flask import Flask, Response, request
from flask_babel import Babel
from pydantic import ValidationError

import api.edge.caching
import api.edge.forwarded
import api.edge.guards
import api.edge.hosts
import api.edge.request_log
import api.edge.scripts
import api.edge.security
import api.routes
import callbacks.alerts
import callbacks.artifacts.routes
import callbacks.charts.figures
import callbacks.charts.metrics
import callbacks.charts.metrics_table
import callbacks.charts.points
import callbacks.episodes
import callbacks.evaluation
import callbacks.facts.changes
import callbacks.facts.parts
import callbacks.facts.report
import callbacks.fleet.history
import callbacks.front
import callbacks.gpus
import callbacks.inference
import callbacks.models.model_change
import callbacks.models.model_detail
import callbacks.models.model_list
import callbacks.run_changes.pages
import callbacks.run_changes.routes
import callbacks.runs.comparison
import callbacks.runs.grouping
import callbacks.runs.relations
import callbacks.runs.run_detail
import callbacks.runs.run_list
import callbacks.runs.run_rows
import callbacks.runs.tool_reading
import callbacks.trainings.changes
import callbacks.trainings.form
import callbacks.trainings.lists
import callbacks.trainings.one
import callbacks.trainings.pages
import callbacks.views
from api.edge.identity import note_refusals
from api.edge.language import choose_language, note_links
from callbacks.failures import on_error
from components.frame import frame, localised
from components.ui_settings import GpuMonitorSocket, SocketService, UiSettings, attach
from domain.addresses import without_credentials
from domain.logs import configure_logging
from domain.wrong_settings import explain
from services.connect import Services, connect
from serving.buffering_worker import MOST_BODY_BYTES
from settings.settings import Settings

ROOT = Path(__file__).parent
ASSETS = ROOT / "assets"
ICON = "favicon.svg"
# Dash would name each script of ours in the alphabet's order; those of others it does name.
OWN_SCRIPTS = r"^(?!.*\.min\.js$).*\.js$"


class LocalisedDash(dash.Dash):
    """Dash whose document speaks the reader's language and has our own icon."""

    def __init__(self, ui: UiSettings, **options: Any) -> None:
        super().__init__("clew", **options)
        self._ui_settings = ui

    def interpolate_index(self, **parts: Any) -> str:
        """Returns the document around the app."""
        icon = f"{self.get_asset_url(ICON)}?m={(ASSETS / ICON).stat().st_mtime}"
        parts["favicon"] = f'<link rel="icon" type="image/svg+xml" href="{icon}">'
        return localised(str(super().interpolate_index(**parts)), self._ui_settings)


def ui_settings(settings: Settings) -> UiSettings:
    """Returns what of the settings pages are drawn by."""
    prefix = settings.dash_requests_pathname_prefix
    return UiSettings(
        pathname_prefix=prefix,
        read_only=settings.read_only,
        tick_ms=round(settings.tick_seconds * 1000),
        gpu_monitors=tuple(
            GpuMonitorSocket(name=one.name, url=one.url, browser_url=one.browser_url, prefix=prefix)
            for one in settings.gpu_monitors
        ),
        inference_engine=SocketService(
            url=settings.inference_url, browser_url=settings.inference_ws_url or None, prefix=prefix
        ),
        scheduler=SocketService(
            url=without_credentials(settings.scheduler_address),
            browser_url=settings.scheduler_ws_url or None,
            prefix=prefix,
        ),
    )


def create_app(settings: Settings, services: Services) -> dash.Dash:
    """Returns the dashboard on the given services; it asks them nothing until a page does."""
    ui = ui_settings(settings)
    server = Flask("clew")
    attach(ui, server, services.views.opening.open)
    server.config.update(
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "components" / "translations"),
        MAX_CONTENT_LENGTH=MOST_BODY_BYTES,  # far more than any page of ours sends
    )
    Babel(server, locale_selector=choose_language)
    server.before_request(lambda: note_links(ui.pathname_prefix))
    server.before_request(lambda: note_refusals(settings))
    api.edge.request_log.register(server)
    api.edge.hosts.register(server, settings)
    api.routes.register(server, services)
    script = api.edge.scripts.register(server, ASSETS)
    app = LocalisedDash(
        ui,
        server=server,
        assets_folder=str(ASSETS),
        assets_ignore=OWN_SCRIPTS,
        external_scripts=[f"{ui.pathname_prefix}{script}"],
        pages_folder=str(ROOT / "pages"),
        use_pages=True,
        title="Clew",
        update_title=None,
        compress=True,
        suppress_callback_exceptions=True,
        requests_pathname_prefix=ui.pathname_prefix,
        routes_pathname_prefix="/",
        on_error=on_error,
    )
    api.edge.guards.register(server, settings, app.callback_map)
    api.edge.caching.register(server, ASSETS)
    api.edge.security.register(server, settings, app.csp_hashes)
    api.edge.forwarded.register(server, settings)
    app.layout = partial(frame, ui)
    for feature in (
        callbacks.front,
        callbacks.alerts,
        callbacks.artifacts.routes,
        callbacks.charts.figures,
        callbacks.charts.metrics,
        callbacks.charts.metrics_table,
        callbacks.charts.points,
        callbacks.run_changes.pages,
        callbacks.run_changes.routes,
        callbacks.runs.run_list,
        callbacks.runs.run_rows,
        callbacks.runs.comparison,
        callbacks.runs.grouping,
        callbacks.runs.relations,
        callbacks.runs.run_detail,
        callbacks.facts.parts,
        callbacks.facts.changes,
        callbacks.facts.report,
        callbacks.runs.tool_reading,
        callbacks.views,
        callbacks.models.model_list,
        callbacks.models.model_detail,
        callbacks.models.model_change,
        callbacks.gpus,
        callbacks.fleet.history,
        callbacks.inference,
        callbacks.episodes,
        callbacks.evaluation,
        callbacks.trainings.form,
        callbacks.trainings.changes,
        callbacks.trainings.lists,
        callbacks.trainings.one,
        callbacks.trainings.pages,
    ):
        feature.register(app, services)
    _answer_404_where_no_page_is(app)
    # Dash sets itself up in its first request, and a second one that comes meanwhile finds it half done: scripts that
    # are "not registered", callbacks that are not there. So the first request is ours.
    server.test_client().get("/health")
    return app


def _answer_404_where_no_page_is(app: dash.Dash) -> None:
    """Sets 404 where no page is: Dash answers every address with the same document and 200, and programs read the
    status.
    """

    @app.server.after_request
    def status(response: Response) -> Response:
        is_dashs = request.endpoint == "/<path:path>" and response.status_code == 200
        if is_dashs and not _has_page("/" + (request.view_args or {}).get("path", "")):
            response.status_code = 404
        return response


def _has_page(path: str) -> bool:
    path = path.rstrip("/") or "/"  # as Dash itself reads it
    known = dash.page_registry.values()
    return any(path == page["path"] or _fits(page["path_template"], path) for page in known)


def _fits(template: str | None, path: str) -> bool:
    if template is None:
        return False
    parts, asked = template.split("/"), path.split("/")
    return len(parts) == len(asked) and all(
        p == a or (p.startswith("<") and a) for p, a in zip(parts, asked, strict=True)
    )


def _load() -> Flask:
    try:
        settings = Settings()
    except ValidationError as error:
        sys.exit(explain(error))
    configure_logging(settings.log_level, settings.secrets)
    server: Flask = create_app(settings, connect(settings)).server
    return server


def __getattr__(name: str) -> Flask:
    """Makes `app.server` when gunicorn asks for it: importing this module for a test starts nothing."""
    if name == "server":
        made = globals()["server"] = _load()
        return made
    raise AttributeError(name)
