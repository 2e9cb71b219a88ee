"""What live GPUs cost the browser: `python -m bench.gpu_pages` shows made-up hosts on `/gpu` and on `/`.

Each host is a WebSocket of this process that sends new values every two seconds. Reported for each page: when the
first GPU and when all of them were drawn, the share of the time in which its main thread was busy (Chromium's
TaskDuration; ThreadTime is the processor's share of it), its longest task, and how often a component's property was
set.
"""

import argparse
import json
import logging
import os
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, jsonify
from flask_sock import Sock  # type: ignore[import-untyped]
from simple_websocket import Server
from werkzeug.serving import make_server

from bench.clew_process import clew
from bench.headless import Browser, browser, soon
from domain.gpus import HISTORY_SAMPLES, Gpu, GpuProcess, GpuReport, PastSample

_NOWHERE = "http://127.0.0.1:9"  # an MLflow that does not exist: it is not needed here
_PERIOD_SECONDS = 2.0


def report(host: int, gpus: int, dice: random.Random, *, with_history: bool) -> GpuReport:
    """Returns a host's made-up message of this moment."""
    now = time.time_ns() // 1_000_000
    past = [
        PastSample(at=now - 2000 * back, utilization={gpu: dice.randint(0, 100) for gpu in range(gpus)})
        for back in reversed(range(HISTORY_SAMPLES))
    ]
    gpus_of_host = [_gpu(host, gpu, now, dice) for gpu in range(gpus)]
    history = past if with_history else None
    return GpuReport(
        host=f"host-{host}", sent_at=now, sample_seconds=_PERIOD_SECONDS, gpus=gpus_of_host, history=history
    )


def _gpu(host: int, index: int, now: int, dice: random.Random) -> Gpu:
    return Gpu(
        gpu_id=index,
        uuid=f"GPU-{host}-{index}",
        name="Made-up GPU",
        timestamp=now,
        utilization=dice.randint(0, 100),
        memory_used=dice.uniform(0, 80_000),
        memory_total=81_920,
        temperature=dice.randint(30, 90),
        temperature_limit=95,
        power=dice.uniform(50, 700),
        power_limit=700,
        sm_clock=dice.randint(200, 1980),
        fan=dice.randint(20, 90),
        throttle_reasons=[],
        throttle_codes=[],
        processes=[_process(index, number, dice) for number in range(2)],
    )


def _process(gpu: int, number: int, dice: random.Random) -> GpuProcess:
    return GpuProcess(pid=1000 + 10 * gpu + number, user="ann", command="python", memory_used=dice.randint(500, 30_000))


@contextmanager
def hosts(gpus: int) -> Iterator[str]:
    """Serves any number of hosts of so many GPUs each at `<address>/<number>`."""
    app = Flask("made-up")
    app.get("/<host>/health")(lambda host: jsonify(status="healthy"))

    def talk(server: Server, host: str) -> None:
        dice = random.Random(int(host))
        server.send(report(int(host), gpus, dice, with_history=True).model_dump_json())
        time.sleep(dice.random() * _PERIOD_SECONDS)  # hosts send at different moments
        while True:
            server.send(report(int(host), gpus, dice, with_history=False).model_dump_json())
            time.sleep(_PERIOD_SECONDS)

    Sock(app).route("/<host>/ws/gpu")(talk)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def busy(page: Browser, seconds: float) -> dict[str, float]:
    """Returns what the page's main thread did for so many seconds."""
    page.run(
        "const set = window.dash_clientside.set_props; window.benchSets = 0;"
        "window.dash_clientside.set_props = (...given) => { window.benchSets += 1; return set(...given); };"
        "window.benchTasks = [];"
    )
    before, began = _metrics(page), time.monotonic()
    time.sleep(seconds)
    took, after = time.monotonic() - began, _metrics(page)
    tasks = page.run("return window.benchTasks")
    names = ("TaskDuration", "ThreadTime", "ScriptDuration", "LayoutDuration", "RecalcStyleDuration")
    share = {name: 100 * (after[name] - before[name]) / took for name in names}
    return share | {
        "set_props": page.run("return window.benchSets") / took,
        "longest task, ms": max([0, *tasks]),
        "tasks over 50 ms": len(tasks),
        "MiB": page.heap() / 2**20,
    }


def _metrics(page: Browser) -> dict[str, float]:
    gpus_of_host: Any = page.driver.execute_cdp_cmd("Performance.getMetrics", {})
    return {one["name"]: one["value"] for one in gpus_of_host["metrics"]}


def main() -> None:
    """Measures each page, and prints a line for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hosts", type=int, default=12)
    parser.add_argument("--gpus", type=int, default=8, help="of each host")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--port", type=int, default=7140, help="Clew's")
    parser.add_argument("--open", type=int, default=0, help="how many GPUs are open on /gpu")
    parser.add_argument("--hidden", action="store_true", help="behind another tab")
    parser.add_argument("--pages", nargs="+", default=["/gpu", "/"])
    options = parser.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with hosts(options.gpus) as there, browser() as page:
        listed = ",".join(f"host-{number}={there}/{number}" for number in range(options.hosts))
        page.driver.execute_cdp_cmd("Performance.enable", {})
        page.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": _TASKS})
        with clew(_NOWHERE, options.port, GPU_MONITOR_URLS=listed) as address:
            for path in options.pages:
                first = page.loaded(_address(address, path, options), "document.querySelector('.gpu-map .gpu-cell')")
                all_of_them = page.until(_all_drawn(options.hosts * options.gpus), "") + first
                soon(5)
                if options.hidden:
                    page.driver.switch_to.new_window("tab")
                    page.driver.switch_to.window(page.driver.window_handles[0])
                figures = _rounded(busy(page, options.seconds))
                drawn = f"first {first:.1f} s, all {all_of_them:.1f} s, load {os.getloadavg()[0]:.1f}"
                print(f"{path}: {drawn}; {json.dumps(figures)}", flush=True)  # noqa: T201


# The browser's own record of its long tasks, from the beginning of each document.
_TASKS = """
window.benchTasks = [];
new PerformanceObserver((list) => window.benchTasks.push(...list.getEntries().map((one) => one.duration)))
  .observe({ type: "longtask" });
"""


def _address(address: str, path: str, options: argparse.Namespace) -> str:
    if path != "/gpu" or not options.open:
        return address + path
    keys = [f"host-{number}.{gpu}" for number in range(options.hosts) for gpu in range(options.gpus)]
    return f"{address}{path}?open={','.join(keys[: options.open])}"


def _all_drawn(number: int) -> str:
    return f"document.querySelectorAll('.gpu-map .gpu-cell[data-heat]').length >= {number}"


def _rounded(values: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 1) for name, value in values.items()}


if __name__ == "__main__":
    main()
