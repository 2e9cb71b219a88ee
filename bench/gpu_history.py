"""What a week of the fleet's history takes from a real Prometheus: `python -m bench.gpu_history`.

The past is written as Prometheus's own blocks, of monitors that were scraped every `--scrape-seconds`; then it is
read as the page reads it, without a cache.
"""

import argparse
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import requests

from domain.errors.names import PROMETHEUS
from domain.fleet.lines import lines
from domain.fleet.series import FleetHistory, Measure
from domain.fleet.spans import Range, Span
from domain.fleet.usage import Grouping, usage
from services.fleet.prometheus_api import PrometheusApi
from services.fleet.prometheus_history import PrometheusHistory
from transport.http_client import JsonService

_DAY = 86_400
_PIECE = 6 * 3_600
_METRICS = {
    "clew_gpu_up": lambda gpu, at: 1.0,
    "clew_gpu_utilization_ratio": lambda gpu, at: round(0.5 + 0.5 * math.sin(gpu + at / 7_000), 3),
    "clew_gpu_memory_used_bytes": lambda gpu, at: (20_000 + 100 * (gpu + at // 3_600 % 24)) * 2**20,
    "clew_gpu_memory_total_bytes": lambda gpu, at: 81_920 * 2**20,
    "clew_gpu_temperature_celsius": lambda gpu, at: 50 + gpu % 20 + at // 600 % 10,
    "clew_gpu_power_watts": lambda gpu, at: round(300 + 200 * math.sin(gpu + at / 7_000), 1),
}


def samples(gpus: int, began: int, ends: int, seconds: int) -> Iterator[str]:
    """Yields OpenMetrics lines of hosts of eight GPUs; each GPU has another process every six hours."""
    for name, value in _METRICS.items():
        yield f"# TYPE {name} gauge\n"
        for gpu in range(gpus):
            labels = _labels(gpu)
            for at in range(began, ends, seconds):
                yield f"{name}{{{labels}}} {value(gpu, at)} {at}\n"
    yield "# TYPE clew_gpu_user gauge\n"
    for gpu in range(gpus):
        pid = began // _PIECE * 1_000 + gpu
        user = f'owner="user-{gpu % 12}",boot_id="b",pid="{pid}",start_ticks="{pid}"'
        for at in range(began, ends, seconds):
            yield f"clew_gpu_user{{{_labels(gpu)},{user}}} 1 {at}\n"
    yield "# EOF\n"


def _labels(gpu: int) -> str:
    host = f"trainer-{gpu // 8}"
    return f'job="clew",instance="{host}:8001",host="{host}",gpu="{gpu % 8}",uuid="GPU-{gpu}",name="A100"'


def fill(folder: Path, gpus: int, days: int, seconds: int) -> None:
    """Writes the days before now, piece by piece."""
    now = int(time.time()) // _PIECE * _PIECE
    for began in range(now - days * _DAY, now, _PIECE):
        text = folder / "piece.om"
        with text.open("w") as file:
            file.writelines(samples(gpus, began, began + _PIECE, seconds))
        command = ["promtool", "tsdb", "create-blocks-from", "openmetrics", str(text), str(folder / "data")]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        text.unlink()


def read(api: PrometheusApi) -> tuple[float, FleetHistory, float]:
    """Returns the seconds until all is read, the result, and the seconds of its evaluation."""
    began = time.perf_counter()
    history = PrometheusHistory(api).read(Span(range=Range.WEEK).steps(int(time.time() * 1000)))
    came = time.perf_counter()
    lines(history, Measure.UTILIZATION, Grouping.GPU, lambda _user: None)
    usage(history, Grouping.OWNER, lambda _user: None)
    return came - began, history, time.perf_counter() - came


def main() -> None:
    """Fills a Prometheus, and reads it several times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gpus", type=int, default=96)
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--scrape-seconds", type=int, default=15)
    parser.add_argument("--port", type=int, default=26900)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="kept, and used as it is where it was filled before")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "data").exists():
            fill(folder, arguments.gpus, arguments.days, arguments.scrape_seconds)
        (folder / "prometheus.yml").write_text("")
        address = f"127.0.0.1:{arguments.port}"
        command = ["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data"]
        options = [f"--web.listen-address={address}", "--storage.tsdb.retention.time=60d", "--log.level=error"]
        with subprocess.Popen([*command, *options]) as prometheus:
            try:
                api = PrometheusApi(JsonService(PROMETHEUS, f"http://{address}"), {})
                report(api, address, psutil.Process(prometheus.pid), arguments.times)
            finally:
                prometheus.terminate()


def report(api: PrometheusApi, address: str, there: psutil.Process, times: int) -> None:
    """Prints what each reading took, in wall time and processor time."""
    while True:
        try:
            if requests.get(f"http://{address}/-/ready", timeout=1).ok:
                break
        except requests.RequestException:
            time.sleep(0.2)
    took = []
    for _ in range(times):
        before = _cpu(there), time.process_time()
        seconds, history, made = read(api)
        took.append(seconds)
        spent = f"processor: Prometheus {_cpu(there) - before[0]:.2f} s, Clew {time.process_time() - before[1]:.2f} s"
        shape = f"{len(history.gpus)} GPUs, {history.steps.number} steps of {history.steps.step_ms // 1000} s"
        load = os.getloadavg()[0]
        sys.stdout.write(f"{seconds:.2f} s, and {made:.2f} s for lines and table; {spent}; {shape}; load {load:.1f}\n")
    sys.stdout.write(f"median {statistics.median(took):.2f} s, longest {max(took):.2f} s\n")


def _cpu(process: psutil.Process) -> float:
    used = process.cpu_times()
    return float(used.user + used.system)


if __name__ == "__main__":
    main()
