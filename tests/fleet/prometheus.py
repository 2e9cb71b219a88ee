"""A real Prometheus for tests, and the metrics of dcgm-exporter in its own format."""

import json
import subprocess
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Any

import requests
import yaml

from domain.errors.names import PROMETHEUS
from services.fleet.prometheus_api import PrometheusApi
from services.fleet.prometheus_history import PrometheusHistory
from tests.gpus.monitor import free_port
from tests.misbehaving import eventually
from transport.http_client import JsonService

Sample = tuple[str, Mapping[str, str], float, float]
"""Name, labels, value, and Unix seconds."""


class Prometheus:
    """Runs `prometheus` at a free port over a folder; it scrapes the addresses of `scrapes` each second, by job."""

    def __init__(self, folder: Path, scrapes: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        self.folder = folder
        self.data = folder / "data"
        self._config = folder / "prometheus.yml"
        jobs = [{"job_name": job, "static_configs": [one]} for job, one in (scrapes or {}).items()]
        self._config.write_text(
            yaml.safe_dump({"global": {"scrape_interval": "1s", "scrape_timeout": "1s"}, "scrape_configs": jobs})
        )
        self.address = f"http://127.0.0.1:{free_port()}"
        self._process: subprocess.Popen[bytes] | None = None

    def backfill(self, samples: Iterable[Sample]) -> None:
        """Writes samples of the past as Prometheus's own blocks; before it is started."""
        lines: dict[str, list[str]] = {}
        for name, labels, value, at in samples:
            label_text = ",".join(f"{label}={json.dumps(text)}" for label, text in labels.items())
            lines.setdefault(name, []).append(f"{name}{{{label_text}}} {value} {at:.3f}")
        text = self.folder / "backfill.om"
        with text.open("w") as file:
            for name, sample_lines in lines.items():
                file.write(f"# TYPE {name} gauge\n" + "\n".join(sample_lines) + "\n")
            file.write("# EOF\n")
        command = ["promtool", "tsdb", "create-blocks-from", "openmetrics", str(text), str(self.data)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=600)

    def __enter__(self) -> "Prometheus":
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    "prometheus",
                    f"--config.file={self._config}",
                    f"--storage.tsdb.path={self.data}",
                    f"--web.listen-address={self.address.removeprefix('http://')}",
                    "--storage.tsdb.retention.time=60d",
                ],
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )
        eventually(lambda: requests.get(f"{self.address}/-/ready", timeout=2).ok)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        assert self._process
        self._process.terminate()
        self._process.wait(40)

    def value(self, expression: str) -> float | None:
        """Returns the first value of an expression now."""
        answer = requests.get(f"{self.address}/api/v1/query", {"query": expression}, timeout=10).json()
        found = answer["data"]["result"]
        return float(found[0]["value"][1]) if found else None


def history_of(address: str, **headers: str) -> PrometheusHistory:
    """Returns the source as the dashboard wires it, for a Prometheus or its stand-in."""
    return PrometheusHistory(PrometheusApi(JsonService(PROMETHEUS, address), headers))


DCGM_GPUS = ("GPU-7a1c0c55-3e0c-4ab0-9be1-000000000000", "GPU-7a1c0c55-3e0c-4ab0-9be1-000000000001")


def dcgm_page(busy: float = 83) -> str:
    """Returns the page of dcgm-exporter 3.3 for a host with two GPUs, a pod on the first one."""
    lines = []
    fields = {
        "DCGM_FI_DEV_SM_CLOCK": (1410, 210),
        "DCGM_FI_DEV_GPU_TEMP": (61, 31),
        "DCGM_FI_DEV_POWER_USAGE": (302.25, 52.5),
        "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION": (5551899580, 955287014),
        "DCGM_FI_DEV_GPU_UTIL": (busy, 0),
        "DCGM_FI_DEV_FB_FREE": (40000, 81000),
        "DCGM_FI_DEV_FB_USED": (41000, 5),
        "DCGM_FI_DEV_MEMORY_TEMP": (9223372036854775794, 9223372036854775794),
    }
    for name, values in fields.items():
        lines += [f"# HELP {name} As the driver says it.", f"# TYPE {name} gauge"]
        for gpu, value in enumerate(values):
            pod = ('"trainer"', '"rl-team"', '"ppo-7"') if gpu == 0 else ('""', '""', '""')
            labels = (
                f'gpu="{gpu}",UUID="{DCGM_GPUS[gpu]}",pci_bus_id="00000000:0{gpu}:00.0",device="nvidia{gpu}",'
                f'modelName="NVIDIA A100-SXM4-80GB",Hostname="cluster-1",DCGM_FI_DRIVER_VERSION="550.54.15",'
                f"container={pod[0]},namespace={pod[1]},pod={pod[2]}"
            )
            lines.append(f"{name}{{{labels}}} {value}")
    return "\n".join(lines) + "\n"


class Page:
    """Serves one text for every request, as an exporter does."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __enter__(self) -> "Page":
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = outer.text.encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Logs nothing."""

        self._stack = ExitStack()
        self._server = self._stack.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        self._server.daemon_threads = True
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        self.target = f"127.0.0.1:{self._server.server_port}"
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._stack.close()
