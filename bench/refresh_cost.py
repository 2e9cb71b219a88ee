"""What Clew's refreshes cost MLflow: a full one, one with nothing new, and those of one and of many open pages.

    python -m bench.refresh_cost http://127.0.0.1:5051 --pages 50

A proxy between the two counts requests, bytes and the seconds that MLflow takes to answer. One page is opened in
Chromium; its periodic request is what the other pages send, too, each as often as a page does.
"""

import argparse
import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import requests

from bench.clew_process import clew
from bench.headless import browser

REFRESH_SECONDS = 15
TICK_SECONDS = REFRESH_SECONDS / 6
ROWS = "document.querySelectorAll('#runs-table td.dash-select-cell input').length > 10"
HOP_BY_HOP = ("connection", "transfer-encoding", "content-length", "server", "date")


class Call(NamedTuple):
    """One request that MLflow answered."""

    at: float
    path: str
    seconds: float
    size: int


class Proxy(ThreadingHTTPServer):
    """Forwards everything to `target` and records its cost."""

    daemon_threads = True

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = urlsplit(target).netloc
        self.calls: list[Call] = []

    @property
    def address(self) -> str:
        """Returns its address."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Proxy

    def _forward(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {key: value for key, value in self.headers.items() if key.lower() not in ("host", "connection")}
        began = time.perf_counter()
        upstream = http.client.HTTPConnection(self.server.target, timeout=60)
        upstream.request(self.command, self.path, body, headers | {"Connection": "close"})
        answer = upstream.getresponse()
        content = answer.read()
        self.server.calls.append(Call(time.time(), self.path, time.perf_counter() - began, len(content)))
        self.send_response(answer.status)
        for key, value in answer.getheaders():
            if key.lower() not in HOP_BY_HOP:
                self.send_header(key, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_DELETE = _forward

    def log_message(self, *_arguments: Any) -> None:
        """Logs nothing."""


def main() -> None:
    """Parses the command line, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mlflow", help="address of the MLflow server")
    parser.add_argument("--pages", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=45, help="how long each number of pages is watched")
    parser.add_argument("--port", type=int, default=7120, help="Clew's")
    options = parser.parse_args()
    with (
        proxy(options.mlflow) as between,
        clew(between.address, options.port, REFRESH_SECONDS=str(REFRESH_SECONDS)) as address,
    ):
        with browser() as page:
            page.loaded(f"{address}/mlflow", ROWS)
            full = print_cost("a full one", between.calls, 1)
            page.received()
            del between.calls[:]
            time.sleep(options.seconds)
            ticks = page.sent("runs-tick")
            one = print_cost("nothing new, one page in Chromium", between.calls, rounds(between.calls))
        print(f"a full one costs {full / one:.0f} times one with nothing new", flush=True)  # noqa: T201
        costs = [watched(between, ticks[-1], pages, options.seconds) for pages in (1, options.pages)]
        print(f"{options.pages} pages cost {costs[1] / costs[0]:.2f} times one", flush=True)  # noqa: T201


def watched(between: Proxy, tick: dict[str, Any], pages: int, seconds: float) -> float:
    """Returns what so many open pages cost MLflow in that time."""
    del between.calls[:]
    ends = time.monotonic() + seconds
    answers: list[float] = []
    threads = [threading.Thread(target=_open_page, args=(tick, n / pages, ends, answers)) for n in range(pages)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    slowest = f"; {len(answers)} ticks, the slowest answer {max(answers):.2f} s"
    print_cost(f"{pages} pages in {seconds:.0f} s", between.calls, 1, slowest)
    return sum(call.seconds for call in between.calls)


def _open_page(tick: dict[str, Any], offset: float, ends: float, answers: list[float]) -> None:
    headers = {key: value for key, value in tick["headers"].items() if not key.lower().startswith("sec-")}
    time.sleep(offset * TICK_SECONDS)
    while time.monotonic() < ends:
        began = time.perf_counter()
        requests.post(tick["url"], data=tick["postData"], headers=headers, timeout=60).raise_for_status()
        answers.append(time.perf_counter() - began)
        time.sleep(TICK_SECONDS)


def rounds(calls: list[Call]) -> int:
    """Returns the number of refreshes: requests within a second belong together."""
    return max(1, sum(later.at - former.at > 1 for former, later in pairwise(calls)) + bool(calls))


def print_cost(name: str, calls: list[Call], times: int, more: str = "") -> float:
    """Prints a line; returns MLflow's seconds per refresh."""
    seconds, size = sum(call.seconds for call in calls), sum(call.size for call in calls)
    shown = f"{len(calls) / times:.1f} requests, {seconds / times:.3f} s at MLflow, {size / times / 1e3:.1f} kB"
    print(f"{name:36} {shown} ({times} refreshes){more}" if times > 1 else f"{name:36} {shown}{more}", flush=True)  # noqa: T201
    return seconds / times


@contextmanager
def proxy(target: str) -> Iterator[Proxy]:
    """Runs the proxy until the `with` block ends."""
    server = Proxy(target)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


if __name__ == "__main__":
    main()
