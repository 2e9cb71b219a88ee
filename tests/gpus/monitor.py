"""A monitor as a real process, and viewers of its stream."""

import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
from simple_websocket import Client, ConnectionClosed

from domain.gpus import GpuReport
from gpu_monitor.readings import Reading

ROOT = Path(__file__).parents[2]


NVIDIA, AMD = "0x10de", "0x1002"


class Fake:
    """Holds the drivers: `library` is the folder of their .so, and their values can be rewritten at any time."""

    def __init__(self, library: Path, folder: Path, plugged: Sequence[str] = (NVIDIA,)) -> None:
        self.library = library
        self.file = folder / "state"
        self.amd_file = folder / "amd-state"
        self.sys = folder / "sys"
        self.plug(*plugged)

    def plug(self, *vendors: str) -> None:
        """Puts these vendors' GPUs on the bus, as the kernel lists them, next to the board's own graphics."""
        for place, vendor in enumerate(("0x1a03", *vendors)):
            device = self.sys / f"bus/pci/devices/0000:0{place}:00.0"
            device.mkdir(parents=True, exist_ok=True)
            (device / "vendor").write_text(f"{vendor}\n")
            (device / "class").write_text("0x030000\n")

    def write(self, *lines: str) -> None:
        """Replaces all of the driver's values at once."""
        _replace(self.file, lines)

    def write_amd(self, *lines: str) -> None:
        """Does the same for AMD's."""
        _replace(self.amd_file, lines)

    def environment(self) -> dict[str, str]:
        states = {"FAKE_NVML_STATE": str(self.file), "FAKE_AMDSMI_STATE": str(self.amd_file)}
        return {"LD_LIBRARY_PATH": str(self.library), "GPU_SYS_PATH": str(self.sys)} | states


def _replace(file: Path, lines: Sequence[str]) -> None:
    new = file.with_suffix(".new")
    new.write_text("\n".join(lines) + "\n")
    new.replace(file)


class ReadingProcess:
    """Runs a process that reads the GPUs on request."""

    def __init__(self, fake: Fake) -> None:
        self.fake = fake
        command = [sys.executable, "-m", "tests.gpus.read_on_request"]
        environment = os.environ | fake.environment()
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, text=True)

    def read(self) -> Reading:
        """Returns the GPUs as the fake has them now."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return Reading.model_validate_json(self._process.stdout.readline())

    def end(self) -> None:
        self._process.communicate(timeout=40)


class Monitor:
    """Runs `python -m gpu_monitor` at a free port, sampling twice a second."""

    def __init__(self, fake: Fake, environment: dict[str, str], settings: dict[str, str]) -> None:
        self.fake = fake
        self.port = free_port()
        self.folder = fake.file.parent
        self._environment = environment | fake.environment() | {"PYTHONPATH": str(ROOT), "GPU_SAMPLE_SECONDS": "0.5"}
        self._environment |= {"GPU_MONITOR_PORT": str(self.port), "GPU_HOST_NAME": "fake-host"} | settings
        self.run()

    def run(self) -> None:
        """Starts it (again) and waits until it answers."""
        with (self.folder / "log").open("ab") as log:
            command = [sys.executable, "-m", "gpu_monitor"]
            self.process = subprocess.Popen(command, cwd=self.folder, env=self._environment, stdout=log, stderr=log)
        self.wait_for(lambda health: health["status"] == "healthy")

    def end(self, number: int = signal.SIGTERM) -> float:
        """Sends a signal; returns the seconds until it had ended."""
        began = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(120)
        return time.monotonic() - began

    def get(self, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=60) as answer:
            return str(answer.read().decode())

    def health(self) -> dict[str, Any]:
        return dict(json.loads(self.get("/health")))

    def wait_for(self, is_met: Callable[[dict[str, Any]], bool], seconds: float = 240) -> dict[str, Any]:
        """Returns the first health that fulfils the condition; fails after so many seconds with the last one."""
        deadline, health = time.monotonic() + seconds, {}
        while time.monotonic() < deadline:
            try:
                health = self.health()
                if is_met(health):
                    return health
            except OSError:
                assert self.process.poll() is None, self.log()
            time.sleep(0.05)
        raise AssertionError(f"not within {seconds} s: {health}\n{self.log()[-3000:]}")

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def log_lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log().splitlines()]

    def samplers(self) -> list[psutil.Process]:
        """Returns its living samplers, including those whose parent has ended."""
        return [one for one in psutil.process_iter() if self._is_sampler(one)]

    def _is_sampler(self, process: psutil.Process) -> bool:
        try:
            return (
                "gpu_monitor.sampling.sampler" in process.cmdline()
                and process.environ().get("FAKE_NVML_STATE") == str(self.fake.file)
                and process.status() != psutil.STATUS_ZOMBIE
            )
        except psutil.Error:
            return False

    def view(self, **headers: str) -> "Viewer":
        return Viewer(self.port, headers)


class Viewer(Client):  # type: ignore[misc]
    """Watches the stream; closes when its `with` ends."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        super().__init__(f"ws://127.0.0.1:{port}/ws/gpu", headers=headers)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", 5, 0))  # fails instead of hanging

    def __enter__(self) -> "Viewer":
        return self

    def __exit__(self, *error: object) -> None:
        if self.connected:
            self.close()
        self.thread.join(40)

    def next(self, seconds: float = 240) -> GpuReport:
        """Returns the next message; fails if none comes."""
        text = self.receive(timeout=seconds)
        assert text is not None, f"no message within {seconds} s"
        return GpuReport.model_validate_json(text)

    def until(self, is_met: Callable[[GpuReport], bool], seconds: float = 240) -> GpuReport:
        """Returns the first message that fulfils the condition."""
        deadline, report = time.monotonic() + seconds, None
        while time.monotonic() < deadline:
            report = self.next()
            if is_met(report):
                return report
        raise AssertionError(f"not within {seconds} s: {report}")

    def read_to_the_end(self) -> int:
        """Waits for the end of the connection; returns the close code (1006 or so if none was sent)."""
        with suppress(ConnectionClosed):
            while self.receive(timeout=120) is not None:
                pass
        assert not self.connected
        return int(self.close_reason)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def handshake(port: int, path: str = "/ws/gpu", **headers: str) -> socket.socket:
    """Opens a connection and sends a WebSocket handshake; nothing is read yet."""
    wanted = {"Host": f"127.0.0.1:{port}", "Upgrade": "websocket", "Connection": "Upgrade"}
    wanted |= {"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="} | headers
    request = f"GET {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in wanted.items())
    connection = socket.create_connection(("127.0.0.1", port), timeout=60)
    connection.sendall(request.encode() + b"\r\n")
    return connection


def status(connection: socket.socket) -> tuple[int, str]:
    """Returns the answer to the handshake: the status and the head."""
    head = b""
    while b"\r\n\r\n" not in head and (more := connection.recv(1)):
        head += more
    return int(head.split()[1]), head.decode()
