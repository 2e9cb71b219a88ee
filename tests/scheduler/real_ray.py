"""A real Ray on this machine, from `make ray`; it is ended by the ids of its own processes, and no other Ray is."""

import os
import shutil
import signal
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

import requests

RAY = Path(__file__).parents[2] / ".venv-ray" / "bin" / "ray"
WHY_NOT = "Ray is not installed: make ray"
_MARK = "CLEW_TESTS_OWN_RAY"


class RealRay:
    """Runs a head node with `cpus`; `add_node` adds another one."""

    def __init__(self, cpus: int) -> None:
        # A socket's path may have no more than 107 bytes.
        self.folder = Path(mkdtemp(prefix="ray-", dir="/tmp"))
        self.mark = uuid.uuid4().hex
        self._port, self._dashboard_port = free_port(), free_port()
        self.address = f"http://127.0.0.1:{self._dashboard_port}"
        self._start(
            "--head",
            f"--port={self._port}",
            "--dashboard-host=127.0.0.1",
            f"--dashboard-port={self._dashboard_port}",
            f"--temp-dir={self.folder}",
            f"--num-cpus={cpus}",
        )
        try:
            self._wait()
        except AssertionError:
            self.kill()
            raise

    def add_node(self, *, gpus: int, cpus: int = 1) -> None:
        """Adds a second node with GPUs, which Ray only counts."""
        self._start(f"--address=127.0.0.1:{self._port}", f"--num-cpus={cpus}", f"--num-gpus={gpus}")

    def kill(self) -> None:
        """Kills all processes of the cluster at once, like a power cut."""
        deadline = time.monotonic() + 20
        while (own := list(self._own())) and time.monotonic() < deadline:
            for pid in own:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.1)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _own(self) -> Iterator[int]:
        """Yields the processes that were started with this Ray's mark in their environment, jobs included."""
        mark = f"{_MARK}={self.mark}".encode()
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                with suppress(OSError):
                    if mark in (folder / "environ").read_bytes() and b"Z" not in (folder / "stat").read_bytes()[:40]:
                        yield int(folder.name)

    def _start(self, *arguments: str) -> None:
        command = [RAY, "start", "--node-ip-address=127.0.0.1", "--disable-usage-stats", *arguments]
        ports = [f"--{name}={free_port()}" for name in ("dashboard-agent-listen-port", "metrics-export-port")]
        if "--head" in arguments:
            ports.append(f"--ray-client-server-port={free_port()}")
        # If a token is in the home folder, Ray requires it by itself.
        environment = {**os.environ, _MARK: self.mark, "RAY_AUTH_MODE": "disabled"}
        done = subprocess.run(
            [*command, "--object-store-memory=80000000", *ports],
            env=environment,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def _wait(self) -> None:
        deadline = time.monotonic() + 180
        while time.monotonic() < deadline:
            with suppress(requests.RequestException):
                if requests.get(f"{self.address}/api/jobs/none", timeout=5).status_code == 404:
                    return
            time.sleep(0.1)
        raise AssertionError("Ray did not come up")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
