"""The only place that wires: settings, services, pages, callbacks and routes become one app.

`server` is what gunicorn serves: `gunicorn app:server`.
"""

import sys
from functools import partial
from pathlib import Path
from typing import Any

import dash
from flask import Flask
from flask_babel import Babel
from pydantic import ValidationError

import api.edge.caching
import api.edge.forwarded
import api.edge.guards
import api.edge.hosts
import api.edge.missing_pages
import api.edge.request_log
import api.edge.scripts
import api.edge.security
import api.routes
import callbacks.features
from api.edge.identity import store_refusals
from api.edge.language import choose_language, store_links
from callbacks.failures import on_error
from components.frame import frame, localised
from components.ui_settings import GpuMonitorSocket, SocketService, UiSettings, attach
from domain.addresses import without_credentials
from domain.logs import configure_logging
from domain.wrong_settings import explain
from services.connect import Services, connect
from serving.buffering_worker import MAX_BODY_BYTES
from settings.settings import Settings

ROOT = Path(__file__).parent
ASSETS = ROOT / "assets"
ICON = "favicon.svg"
# Dash would load each of our scripts, in alphabetical order; they are loaded by `api.edge.scripts` instead.
OWN_SCRIPTS = r"^(?!.*\.min\.js$).*\.js$"


class LocalisedDash(dash.Dash):
    """Dash with its HTML document in the reader's language, and with our own icon."""

    def __init__(self, ui: UiSettings, **options: Any) -> None:
        super().__init__("clew", **options)
        self._ui_settings = ui

    def interpolate_index(self, **parts: Any) -> str:
        """Returns the HTML document around the app."""
        icon = f"{self.get_asset_url(ICON)}?m={(ASSETS / ICON).stat().st_mtime}"
        parts["favicon"] = f'<link rel="icon" type="image/svg+xml" href="{icon}">'
        return localised(str(super().interpolate_index(**parts)), self._ui_settings)


def ui_settings(settings: Settings) -> UiSettings:
    """Returns the part of the settings that pages are drawn by."""
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
    """Returns the dashboard on the given services; it calls none of them before a page is requested."""
    ui = ui_settings(settings)
    server = Flask("clew")
    attach(ui, server, services.views.opening.open)
    server.config.update(
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "components" / "translations"),
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,  # far more than any of our pages sends
    )
    Babel(server, locale_selector=choose_language)
    server.before_request(lambda: store_links(ui.pathname_prefix))
    server.before_request(lambda: store_refusals(settings))
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
    callbacks.features.register(app, services)
    api.edge.missing_pages.register(server)
    # Dash sets itself up in its first request, and a second request meanwhile would fail: scripts "not registered",
    # callbacks missing. So the first request is made here.
    server.test_client().get("/health")
    return app


def _load() -> Flask:
    try:
        settings = Settings()
    except ValidationError as error:
        sys.exit(explain(error))
    configure_logging(settings.log_level, settings.secrets)
    server: Flask = create_app(settings, connect(settings)).server
    return server


def __getattr__(name: str) -> Flask:
    """Makes `app.server` when gunicorn reads it, so that a test can import this module without starting anything."""
    if name == "server":
        made = globals()["server"] = _load()
        return made
    raise AttributeError(name)
