"""Many viewers on all pages at once: the callbacks' speed, the requests to MLflow, whether memory stays flat.

    python -m bench.page_load http://127.0.0.1:5051

Clew as it is deployed (gunicorn, 2 workers of 8 threads) on an MLflow that has runs; a registered model is added to
it. The viewers call what Dash's own page would call, as often as it does, from one other process on the same
machine.
"""

import argparse
import random
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from urllib.parse import urlsplit

import psutil
import requests

from bench.clew_process import clew
from bench.refresh_cost import Call, Proxy, proxy
from tests.faults.viewer import Ask, Viewer
from tests.registry import Registry
from tests.tracking import Tracking

MODEL = "bench-page-load"
TICK_SECONDS = 5.0


class Timing:
    """How long each answer took, and which failed."""

    def __init__(self) -> None:
        self.callbacks: list[float] = []
        self.others: list[float] = []
        self.loads: list[float] = []
        self.errors: list[str] = []

    def through(self, address: str) -> Ask:
        """Sends requests to the Clew at `address` over a persistent connection, as a browser does."""
        session = requests.Session()
        session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=6))

        def ask(path: str, page: str, body: bytes | None) -> tuple[int, bytes]:
            headers = {"Referer": address + page, "Content-Type": "application/json"}
            began = time.perf_counter()
            method = "GET" if body is None else "POST"
            answer = session.request(method, address + path, data=body, headers=headers, timeout=60)
            (self.others if body is None else self.callbacks).append(time.perf_counter() - began)
            return answer.status_code, answer.content

        return ask

    def noted(self, work: Callable[[], object]) -> None:
        """Does the work, and records its errors."""
        try:
            work()
        except (requests.RequestException, AssertionError) as error:
            self.errors.append(f"{type(error).__name__}: {error}"[:200])


def main() -> None:
    """Parses the command line, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mlflow", help="address of the MLflow server")
    parser.add_argument("--viewers", type=int, nargs="+", default=[8, 50, 100], help="how many, one after the other")
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--loads", type=int, default=10_000)
    parser.add_argument("--port", type=int, default=7130, help="Clew's")
    options = parser.parse_args()
    settings = {"MODEL_NAME": MODEL, "WEB_WORKERS": "2", "WEB_THREADS": "8"}
    with proxy(options.mlflow) as between, clew(between.address, options.port, **settings) as address:
        pages = _pages(Tracking(options.mlflow), address)
        _load(address, pages, 3 * len(pages))  # fills the caches
        for viewers in options.viewers:
            _watched(between, address, pages, viewers, options.seconds)
        if options.loads:
            _memory(address, pages, options.loads)


def _pages(tracking: Tracking, address: str) -> list[str]:
    """Returns all pages, with runs and a model to show."""
    if not _has_model(tracking):
        Registry(tracking, MODEL).version(algorithm="PPO", success_rate="0.75")
    while (answer := requests.get(f"{address}/api/runs", timeout=60)).status_code == 503:  # not read yet
        time.sleep(1)
    runs = [run["run_id"] for run in answer.json()[:5]]
    of_runs = ["/mlflow", f"/mlflow?runs={','.join(runs)}", f"/mlflow/runs/{runs[0]}"]
    return ["/", *of_runs, "/models", "/models/1", "/inference", "/gpu"]


def _has_model(tracking: Tracking) -> bool:
    path = f"{tracking.address}/api/2.0/mlflow/registered-models/get"
    return requests.get(path, params={"name": MODEL}, timeout=20).status_code == 200


def _watched(between: Proxy, address: str, pages: Sequence[str], viewers: int, seconds: float) -> None:
    """Opens so many viewers, each on a page for a while, then on the next."""
    timing, ends = Timing(), time.monotonic() + seconds
    del between.calls[:]
    threads = [threading.Thread(target=_view, args=(timing, address, _tour(pages, n), ends)) for n in range(viewers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    minutes = seconds / 60
    print(f"\n{viewers} viewers, {seconds:.0f} s: {len(timing.errors)} errors {timing.errors[:3]}")  # noqa: T201
    print(f"  callbacks {_spread(timing.callbacks)}, {len(timing.callbacks) / seconds:.0f} a second")  # noqa: T201
    print(f"  layouts {_spread(timing.others)}; pages until all had answered {_spread(timing.loads)}")  # noqa: T201
    requests_text = f"{len(between.calls) / minutes:.1f} requests a minute: {_kinds(between.calls, minutes)}"
    print(f"  MLflow: {requests_text}", flush=True)  # noqa: T201


def _kinds(calls: Sequence[Call], minutes: float) -> str:
    """Returns how often a minute each kind was requested, the most frequent first."""
    kinds = Counter("/".join(urlsplit(call.path).path.split("/")[-2:]) for call in calls)
    return ", ".join(f"{kind} {number / minutes:.1f}" for kind, number in kinds.most_common())


def _tour(pages: Sequence[str], first: int) -> Iterator[str]:
    return (pages[(first + step) % len(pages)] for step in count())


def _view(timing: Timing, address: str, tour: Iterator[str], ends: float) -> None:
    ask = timing.through(address)
    time.sleep(random.uniform(0, TICK_SECONDS))
    while time.monotonic() < ends:
        opened: list[Viewer] = []
        page = next(tour)
        timing.noted(lambda opened=opened, page=page: opened.append(Viewer(ask, page)))  # type: ignore[misc]
        timing.loads += [viewer.seconds for viewer in opened]
        for _tick in range(3):
            time.sleep(TICK_SECONDS)
            for viewer in opened:
                if time.monotonic() < ends:
                    timing.noted(viewer.tick)


def _load(address: str, pages: Sequence[str], times: int) -> Timing:
    """Loads all pages, one after the other, so many times in all, four at once."""
    timing = Timing()

    def load(number: int) -> None:
        timing.noted(lambda: Viewer(timing.through(address), pages[number % len(pages)]))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(load, range(times)))
    return timing


def _memory(address: str, pages: Sequence[str], loads: int) -> None:
    workers = _workers(int(address.rpartition(":")[2]))
    _load(address, pages, loads // 10)  # caches fill
    print("\nmemory of each worker, MiB (USS)")  # noqa: T201
    print(f"  after {loads // 10:6} loads {_memories(workers)}", flush=True)  # noqa: T201
    for part in range(1, 5):
        timing = _load(address, pages, loads // 4)
        memory_text = f"{_memories(workers)}; {len(timing.errors)} errors {timing.errors[:3]}"
        print(f"  {part * loads // 4:6} loads later {memory_text}", flush=True)  # noqa: T201


def _workers(port: int) -> list[psutil.Process]:
    """Returns the processes that answer at `port`; their socket is listed for one of them, or for their parent."""
    listening = (one.pid for one in psutil.net_connections("tcp") if one.status == "LISTEN" and one.laddr.port == port)
    (one,) = (psutil.Process(pid) for pid in listening if pid)
    return one.children() or psutil.Process(one.ppid()).children()


def _memories(workers: Sequence[psutil.Process]) -> str:
    return " ".join(f"{worker.memory_full_info().uss / 2**20:.1f}" for worker in workers)


def _spread(seconds: Sequence[float]) -> str:
    if len(seconds) < 2:
        return "–"
    cut = statistics.quantiles(seconds, n=100)
    return f"p50 {cut[49] * 1000:.0f}, p95 {cut[94] * 1000:.0f}, p99 {cut[98] * 1000:.0f} ms ({len(seconds)})"


if __name__ == "__main__":
    main()
