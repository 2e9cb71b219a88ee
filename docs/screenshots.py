"""Takes the README's pictures: `python -m docs.screenshots` in the tree's root, some minutes.

A Clew of its own plays the sample data and the example session of GPUs, and trains, in a folder that goes away
afterwards; a second one has GPUs that kept a day, which an example session does not. It needs the libraries of
`make test` and `make train-deps`, and Chromium with its driver.
"""

import base64
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import requests
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

from docs.kept_day import keep_a_day
from docs.picture_list import PHONE, Picture, pictures, pictures_of_kept

FOLDER = Path(__file__).parent / "screenshots"
ROOT = Path(__file__).parents[1]
MOST_BYTES = 60_000
# The first of them that is light enough: a page full of letters is shown smaller.
SCALES_AND_QUALITIES = tuple((scale, quality) for scale in (1, 0.75, 0.6) for quality in (80, 68, 56))
PORTS = ("PORT", "MLFLOW_PORT", "GPU_MONITOR_PORT", "INFERENCE_PORT", "SCHEDULER_PORT")


@contextmanager
def clew(*, kept: bool = False) -> Iterator[str]:
    """Starts a Clew, waits for its sample data, and returns its address; its GPUs are an example, or kept a day."""
    with ExitStack() as stack:
        state = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        ports = dict(zip(PORTS, map(str, _free_ports(len(PORTS))), strict=True))
        own = {
            "STATE_DIR": state,
            "CACHE_DIR": f"{state}/cache",
            "GPU_DEMO": str(not kept),
            "GPU_HOST_NAME": "trainer-1",
        }
        if kept:
            keep_a_day(Path(state))
        else:
            own["ALERTS_FILE"] = _alerts_file(Path(state), stack.enter_context(channel()))
        environment = os.environ | ports | own
        process = subprocess.Popen(
            [sys.executable, "-m", "services.processes.launcher"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        stack.callback(process.wait, 60)
        stack.callback(process.terminate)
        for line in process.stdout or ():
            if line.startswith("Sample data is in place"):
                yield f"http://127.0.0.1:{ports['PORT']}"
                return
        raise SystemExit("Clew did not start.")


def _alerts_file(state: Path, port: int) -> str:
    file = state / "alerts.toml"
    file.write_text(f'[receivers]\nteam = "json://127.0.0.1:{port}/"\n')
    return str(file)


class _Taken(BaseHTTPRequestHandler):
    """Takes whatever it is told."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Drops what nobody reads."""


@contextmanager
def channel() -> Iterator[int]:
    """Opens a channel in which the team is told, and returns its port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Taken) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def _free_ports(number: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(number)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


@contextmanager
def browser() -> Iterator[webdriver.Chrome]:
    """Opens a window that speaks English."""
    options = Options()
    for argument in (
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        "--disable-background-networking",
    ):
        options.add_argument(argument)
    options.add_experimental_option("prefs", {"intl.accept_languages": "en"})
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    try:
        yield driver
    finally:
        driver.quit()


def take(driver: webdriver.Chrome, address: str, picture: Picture) -> None:
    """Saves a picture once its page is complete; raises SystemExit where it never is, or is too heavy."""
    is_phone = picture.width == PHONE
    size = {"width": picture.width, "height": picture.height, "deviceScaleFactor": 1, "mobile": is_phone}
    scheme = {"name": "prefers-color-scheme", "value": "dark" if picture.dark else "light"}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
    driver.get(address + picture.path)
    ends = time.monotonic() + 120
    while not driver.execute_script(f"try {{ return {picture.complete} }} catch (error) {{ return false }}"):
        if time.monotonic() > ends:
            raise SystemExit(f"{picture.path} was not complete in two minutes: {picture.complete}")
        time.sleep(0.2)
    time.sleep(1)  # what still moves comes to rest
    for scale, quality in SCALES_AND_QUALITIES:
        clip = {"x": 0, "y": 0, "width": picture.width, "height": picture.height, "scale": scale}
        asked = {"format": "webp", "quality": quality, "clip": clip}
        taken = driver.execute_cdp_cmd("Page.captureScreenshot", asked)
        content = base64.b64decode(taken["data"])
        if len(content) <= MOST_BYTES:
            (FOLDER / f"{picture.name}.webp").write_bytes(content)
            return
    raise SystemExit(f"{picture.name} has {len(content):,} bytes, more than {MOST_BYTES:,}.")


def train(address: str) -> str:
    """Trains in the 5×5 maze to the end, then begins what takes longer, with two that wait; returns that one's run."""
    _wait_for(address, _started(address, algorithm="PPO", maze_size=5, episodes=300), "done")
    running = _started(address, algorithm="DQN", episodes=4000)
    _started(address, algorithm="PPO", seed="1-2")
    _wait_for(address, running, "training")
    time.sleep(30)  # its curves grow
    return running


def _started(address: str, **values: object) -> str:
    answer = requests.post(f"{address}/api/training/start", json=values, timeout=60)
    answer.raise_for_status()
    return str(answer.json()["run_id"])


def _wait_for(address: str, run_id: str, state: str) -> None:
    ends = time.monotonic() + 180
    while requests.get(f"{address}/api/training/runs/{run_id}", timeout=60).json()["state"] != state:
        if time.monotonic() > ends:
            raise SystemExit(f"The training {run_id} is not {state} after three minutes.")
        time.sleep(1)


def main() -> None:
    """Takes all of them, or those whose names stand on the command line."""
    only = sys.argv[1:]
    FOLDER.mkdir(exist_ok=True)
    with clew() as address, browser() as driver:
        requests.post(f"{address}/api/models/active", json={"model_id": "16"}, timeout=60).raise_for_status()
        ends = time.monotonic() + 120
        while len(runs := requests.get(f"{address}/api/runs", timeout=60).json()) < 25 and time.monotonic() < ends:
            time.sleep(1)
        for picture in pictures(runs, train(address)):
            if not only or picture.name in only:
                take(driver, address, picture)
    kept = [picture for picture in pictures_of_kept() if not only or picture.name in only]
    if kept:
        with clew(kept=True) as address, browser() as driver:
            for picture in kept:
                take(driver, address, picture)


if __name__ == "__main__":
    main()
