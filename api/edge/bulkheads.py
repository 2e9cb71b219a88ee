"""How many of the `WEB_THREADS` each kind of request may use at a time, so that slow work cannot block other kinds.

Requests that wait for MLflow queue separately without holding a thread: pages, their callbacks and /health always
have threads. If a queue is full, further requests get 503 and Retry-After.
"""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote

from gunicorn.util import split_request_uri  # type: ignore[import-untyped]

from api.edge.guards import CALLBACK_PATH
from serving.buffering_worker import BufferingWorker
from serving.compartments import Compartment, CompartmentPart

# Dash's own browser code writes "output" first.
_OUTPUT: Final = re.compile(rb'\s*\{\s*"output"\s*:\s*"((?:[^"\\]|\\.)*)"')
# Routes of pages that wait for MLflow, or process long lists.
_OF_PAGES: Final = ("/views", "/links", "/runs/", "/trainings/")
PAGES, CALLBACKS, READS, POLICIES, CHANGES, CHECKS = "pages", "callbacks", "reads", "policies", "changes", "checks"
_METRIC: Final = re.compile(r"/api/runs/[^/]+/metrics/.")
FIGURES, POINTS, FILES = "figures", "points", "files"
_ARTIFACTS: Final = re.compile(r"/api/runs/[^/]+/artifacts(/|$)")


def compartments(threads: int) -> dict[str, Compartment]:
    """Returns the compartments of a worker with so many threads."""
    half, quarter = max(1, threads // 2), max(1, threads // 4)
    return {
        # Documents, scripts and /health: they wait for no other service.
        PAGES: Compartment(threads),
        # One slow callback, such as an activation, leaves half of the threads to the others.
        CALLBACKS: Compartment(threads, most_of_part=half),
        READS: Compartment(half, most_waiting=8 * threads),
        # A file may have 63 MiB; one or two at a time per worker.
        POLICIES: Compartment(quarter, most_waiting=quarter),
        # An activation downloads the file and checks it, which takes seconds, and up to a minute on a busy machine.
        CHANGES: Compartment(quarter, most_waiting=threads),
        # A page has hundreds of charts and requests a few at a time; each waits briefly for its histories.
        FIGURES: Compartment(half, most_waiting=32 * threads),
        # Millions of points in a file, which takes as long as its client reads.
        POINTS: Compartment(quarter, most_waiting=2 * threads),
        # Files of runs in pieces, and previews of them: each waits for MLflow's artifact store.
        FILES: Compartment(half, most_waiting=16 * threads),
        # /api/health is always 200.
        CHECKS: Compartment(quarter),
    }


def place_of(method: str, target: str, body_start: bytes) -> CompartmentPart:
    """Returns the compartment of a request by its method and address; for a callback, also which one it is."""
    try:
        path = unquote(split_request_uri(target).path)  # parsed as gunicorn does, also with a host in front
    except ValueError:
        return CompartmentPart(PAGES)  # invalid address; gunicorn refuses it
    if path == CALLBACK_PATH:
        output = _OUTPUT.match(body_start)
        return CompartmentPart(CALLBACKS, output[1].decode("latin-1") if output else "")
    if path.startswith("/charts/"):
        return CompartmentPart(POINTS if path == "/charts/points.csv" else FIGURES)
    if path.startswith("/fleet/") or path == "/api/gpus/usage":  # Prometheus may take a while for these
        return CompartmentPart(POINTS)
    if path == "/runs/report.html":  # a file that takes as long as its charts and pictures
        return CompartmentPart(POINTS)
    if path == "/episodes":  # an episode is played and drawn before it is stored
        return CompartmentPart(CHANGES)
    if path.startswith(_OF_PAGES):
        return CompartmentPart(READS)
    if path.startswith("/artifacts/"):
        return CompartmentPart(FILES)
    if path != "/api" and not path.startswith("/api/"):
        return CompartmentPart(PAGES)
    if method not in ("GET", "HEAD"):
        return CompartmentPart(CHANGES)
    if _ARTIFACTS.match(path):
        # A whole file takes as long as its client reads.
        return CompartmentPart(POINTS if "save=" in target else FILES)
    if _METRIC.match(path):
        return CompartmentPart(POINTS)
    if path == "/api/health":
        return CompartmentPart(CHECKS)
    return CompartmentPart(POLICIES if path.startswith("/api/models/") and path.endswith("/policy") else READS)


class DashboardWorker(BufferingWorker):
    """The dashboard's worker."""

    def compartments(self, threads: int) -> Mapping[str, Compartment]:
        """Returns the compartments, sized by the setting `threads`."""
        return compartments(threads)

    def place_of(self, method: str, target: str, body_start: bytes) -> CompartmentPart:
        """Returns the compartment of a request."""
        return place_of(method, target, body_start)
