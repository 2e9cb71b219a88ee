"""The effect on Clew's pages when a service behind it fails and recovers; played without a browser."""

import math
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from flask import Flask

from app import create_app
from services.connect import connect
from settings.settings import Settings
from tests.faults.relay import Fault, Relay
from tests.faults.viewer import Viewer, in_process

MLFLOW, MODEL_SERVER, GPU_MONITOR = "MLflow", "Model server", "GPU monitor local"
# A page that waits for a service that is slow (relay.SLOW_SECONDS) or hangs takes ten seconds more than its own time. That
# is measured while all is well, and may double, as a busy machine is slow: no fixed time fits every machine.
MORE_SECONDS, TIMES = 6.0, 2.0
# The longest: a model server that hangs is asked twice, ten seconds each, possibly after another page's request.
NOTICED_WITHIN = WELL_WITHIN = 120.0
HEALTH = "front-health-body"


# The load time of a page means nothing while others load theirs in the same process.
_ALONE = Lock()


class Shown(NamedTuple):
    """The sign of a healthy service on a page: this text, somewhere in this component."""

    service: str
    component: str
    text: str


Pages = Mapping[str, list[Shown]]


class Claim(NamedTuple):
    """A statement that should hold for a page, and whether it did."""

    what: str
    holds: bool
    seen: object


class Story:
    """Plays one service that fails in one way, while other services are healthy, and then recovers."""

    def __init__(
        self, service: str, fault: Fault, relays: Mapping[str, Relay], pages: Pages, cache_dir: Path, scheduler: str
    ) -> None:
        """Prepares it; `scheduler` is the address of a scheduler that is healthy throughout."""
        self._service, self._fault, self._relays, self._pages = service, fault, relays, pages
        self._cache_dir, self._scheduler = cache_dir, scheduler
        self._relay = relays[service]
        # Here, since Dash makes no second app in another thread than the first. A reload may reach another
        # worker of the same host than the one that has answered so far.
        self._warm, self._warm_too, self._cold = self._clew("warm"), self._clew("warm"), self._clew("cold")
        self.claims: dict[str, list[Claim]] = {page: [] for page in pages}
        self._limits = dict.fromkeys(pages, math.inf)
        """The seconds within which each page is to be rendered, known once it was opened with healthy services."""

    def play(self) -> "Story":
        """Plays it first for pages opened before the fault, then for pages opened after it."""
        open_pages = self._opened(self._warm)
        self._limits = {path: MORE_SECONDS + TIMES * viewer.seconds for path, viewer in open_pages.items()}
        self._until(WELL_WITHIN, open_pages, "shows all at first", self._is_healthy)
        self._relay.fault = self._fault
        self._until(NOTICED_WITHIN, open_pages, "names the failed service, with a Retry", self._names_the_failure)
        self._record(open_pages, "keeps what it had", self._is_complete)
        later = self._opened(self._warm_too)
        self._record(later, "is complete for a page opened meanwhile", self._is_complete)
        self._record(later, "names the failed service on a page opened meanwhile", self._names_the_failure)
        self._relay.fault = None
        self._until(WELL_WITHIN, open_pages, "recovers by itself", self._is_healthy)

        self._relay.fault = self._fault
        cold_pages = self._opened(self._cold)
        self._until(
            NOTICED_WITHIN, cold_pages, "names the failed service while nothing is known", self._names_the_failure
        )
        self._until(WELL_WITHIN, cold_pages, "shows the data of the other services", self._has_the_other_services)
        self._relay.fault = None
        self._until(WELL_WITHIN, cold_pages, "fills by itself", self._is_healthy)
        return self

    def _clew(self, cache: str) -> Flask:
        model_server = self._relays.get(MODEL_SERVER)
        settings = Settings(
            _env_file=None,  # type: ignore[call-arg]
            mlflow_tracking_uri=self._relays[MLFLOW].address,  # type: ignore[arg-type]
            model_server_url=None if model_server is None else model_server.address,  # type: ignore[arg-type]
            model_name="faults",
            model_names="faults",
            inference_ws_url="ws://127.0.0.1:1/ws/inference",  # so that no real engine is used
            scheduler_url=self._scheduler,  # type: ignore[arg-type]
            gpu_monitor_urls=f"local={self._relays[GPU_MONITOR].address}",
            cache_dir=self._cache_dir / cache,
            refresh_seconds=12,  # a tick is two seconds then
        )
        return create_app(settings, connect(settings)).server

    def _opened(self, server: Flask) -> dict[str, Viewer]:
        with _ALONE:
            viewers = {path: _opened(server, path, self._limits[path]) for path in self._pages}
        for path, viewer in viewers.items():
            limit = self._limits[path]
            self._claim(path, f"renders within {limit:.1f} s", viewer.seconds < limit, viewer.seconds)
        return viewers

    def _until(self, seconds: float, viewers: dict[str, Viewer], what: str, is_met: Callable[[Viewer], bool]) -> None:
        """Ticks until the condition is met on all pages."""
        began, waiting = time.monotonic(), dict(viewers)
        took: dict[str, float] = {}
        while waiting and time.monotonic() - began < seconds:
            for path in [path for path, viewer in waiting.items() if is_met(viewer)]:
                took[path] = time.monotonic() - began
                del waiting[path]
            if waiting:
                time.sleep(2)
                for viewer in waiting.values():
                    viewer.tick()
        for path, viewer in viewers.items():
            self._claim(path, what, path in took, took.get(path) or (viewer.alerts(), viewer.text()))

    def _record(self, viewers: dict[str, Viewer], what: str, is_met: Callable[[Viewer], bool]) -> None:
        for path, viewer in viewers.items():
            self._claim(path, what, is_met(viewer), (viewer.alerts(), viewer.text()))

    def _claim(self, page: str, what: str, holds: bool, seen: object) -> None:
        self.claims[page].append(Claim(what, holds, seen))

    def _is_complete(self, viewer: Viewer) -> bool:
        return all(viewer.shows(one.component, one.text) for one in self._pages[viewer.path])

    def _has_the_other_services(self, viewer: Viewer) -> bool:
        rest = [one for one in self._pages[viewer.path] if one.service != self._service]
        return all(viewer.shows(one.component, one.text) for one in rest)

    def _names_the_failure(self, viewer: Viewer) -> bool:
        """Returns whether the failed service alone is named; on the front page also in the list of services."""
        named = [alert for alert in viewer.alerts() if self._service in alert]
        if len(named) < len(viewer.alerts()):
            return False
        depends = any(one.service == self._service for one in self._pages[viewer.path])
        if viewer.has(HEALTH) and self._service not in viewer.failing(HEALTH):
            return False
        # A slow service may still answer, and then nothing has failed.
        return bool(named) or not depends or self._fault is Fault.SLOW

    def _is_healthy(self, viewer: Viewer) -> bool:
        if viewer.has(HEALTH) and viewer.failing(HEALTH):
            return False
        return self._is_complete(viewer) and not viewer.alerts()


def _opened(server: Flask, path: str, limit: float) -> Viewer:
    """Opens the page; retries twice if it took too long, since the machine may have been busy."""
    for _try in range(2):
        viewer = Viewer(in_process(server), path)
        if viewer.seconds < limit:
            return viewer
    return Viewer(in_process(server), path)
