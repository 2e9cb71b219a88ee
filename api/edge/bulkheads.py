"""How many threads each kind of request may hold at a time, of `WEB_THREADS`: slow work stays among its own.

What waits for MLflow waits in its own queue, where it holds no thread: pages, their callbacks and /health always have
theirs. What comes while a queue is full is answered with 503 and Retry-After.
"""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote

from gunicorn.util import split_request_uri  # type: ignore[import-untyped]

from api.edge.guards import CALLBACK_PATH
from serving.buffering_worker import BufferingWorker
from serving.compartments import Compartment, Place

# Dash's own browser code writes it first.
_OUTPUT: Final = re.compile(rb'\s*\{\s*"output"\s*:\s*"((?:[^"\\]|\\.)*)"')
# Routes of pages that wait for MLflow, or that work on long lists.
_OF_PAGES: Final = ("/views", "/links", "/runs/", "/trainings/")
PAGES, CALLBACKS, READS, POLICIES, CHANGES, CHECKS = "pages", "callbacks", "reads", "policies", "changes", "checks"
_METRIC: Final = re.compile(r"/api/runs/[^/]+/metrics/.")
FIGURES, POINTS, FILES = "figures", "points", "files"
_ARTIFACTS: Final = re.compile(r"/api/runs/[^/]+/artifacts(/|$)")


def compartments(threads: int) -> dict[str, Compartment]:
    """Returns the kinds of requests of a worker with so many threads."""
    half, quarter = max(1, threads // 2), max(1, threads // 4)
    return {
        # Documents, scripts and /health: nothing of it waits for anybody.
        PAGES: Compartment(threads),
        # One callback that became slow, such as an activation, leaves half of them to the others.
        CALLBACKS: Compartment(threads, most_of_part=half),
        READS: Compartment(half, most_waiting=8 * threads),
        # A file of 63 MiB at a time and worker, or two.
        POLICIES: Compartment(quarter, most_waiting=quarter),
        # An activation fetches the file and asks it, for ten seconds at most.
        CHANGES: Compartment(quarter, most_waiting=threads),
        # A page has hundreds of charts and asks for a few at a time; each waits a little for its histories.
        FIGURES: Compartment(half, most_waiting=32 * threads),
        # Millions of points in a file, which lasts as long as its reader takes.
        POINTS: Compartment(quarter, most_waiting=2 * threads),
        # Files of runs in pieces, and what is shown of them: each waits for MLflow's store.
        FILES: Compartment(half, most_waiting=16 * threads),
        # /api/health is always 200.
        CHECKS: Compartment(quarter),
    }


def place_of(method: str, target: str, body_start: bytes) -> Place:
    """Returns the kind of a request by its method and address; of a callback, also which one it is."""
    try:
        path = unquote(split_request_uri(target).path)  # as gunicorn reads it, also with a host in front
    except ValueError:
        return Place(PAGES)  # no address; gunicorn refuses it
    if path == CALLBACK_PATH:
        output = _OUTPUT.match(body_start)
        return Place(CALLBACKS, output[1].decode("latin-1") if output else "")
    if path.startswith("/charts/"):
        return Place(POINTS if path == "/charts/points.csv" else FIGURES)
    if path.startswith("/fleet/") or path == "/api/gpus/usage":  # for which Prometheus may take a while
        return Place(POINTS)
    if path == "/runs/report.html":  # a file, as long as its charts and pictures take
        return Place(POINTS)
    if path == "/episodes":  # which is played and drawn before it is kept
        return Place(CHANGES)
    if path.startswith(_OF_PAGES):
        return Place(READS)
    if path.startswith("/artifacts/"):
        return Place(FILES)
    if path != "/api" and not path.startswith("/api/"):
        return Place(PAGES)
    if method not in ("GET", "HEAD"):
        return Place(CHANGES)
    if _ARTIFACTS.match(path):
        # A whole file lasts as long as its reader takes.
        return Place(POINTS if "save=" in target else FILES)
    if _METRIC.match(path):
        return Place(POINTS)
    if path == "/api/health":
        return Place(CHECKS)
    return Place(POLICIES if path.startswith("/api/models/") and path.endswith("/policy") else READS)


class DashboardWorker(BufferingWorker):
    """The dashboard's worker."""

    def compartments(self, threads: int) -> Mapping[str, Compartment]:
        """Returns the kinds of requests, sized by the setting `threads`."""
        return compartments(threads)

    def place_of(self, method: str, target: str, body_start: bytes) -> Place:
        """Returns where a request belongs."""
        return place_of(method, target, body_start)
