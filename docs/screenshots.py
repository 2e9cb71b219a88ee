"""Takes the README's pictures: `python -m docs.screenshots` in the tree's root, a minute or two.

A Clew of its own plays the sample data and the example session of GPUs, and trains, in a folder that goes away
afterwards. It needs the libraries of `make test` and `make train-deps`, and Chromium with its driver.
"""

import base64
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import requests
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

FOLDER = Path(__file__).parent / "screenshots"
ROOT = Path(__file__).parents[1]
WIDTH = 1440
MOST_BYTES = 150_000
PORTS = ("PORT", "MLFLOW_PORT", "GPU_MONITOR_PORT", "INFERENCE_PORT", "SCHEDULER_PORT")


class Picture(NamedTuple):
    """A page, when it is complete, and how tall the picture is."""

    name: str
    path: str
    complete: str
    height: int = 900
    dark: bool = False


def pictures(runs: list[dict[str, Any]], training: str) -> list[Picture]:
    """Returns what the README shows."""
    maze = {run["name"]: run["run_id"] for run in runs if run["environment"] == "ClewMaze-10x10-v0"}
    seeds = [maze[name] for name in sorted(maze) if name.startswith(("ppo-default", "ppo-small-net"))]
    compare = f"/mlflow?runs={','.join(seeds)}&grouped=true&smoothing=0.6&centre=iqm"
    return [
        Picture("now", "/", f"{_count('.health-ok')} == 4 && {_count('.tile-figure')} == 1", 680),
        Picture("runs", "/mlflow", f"{_count('#runs-table td.dash-select-cell')} > 20"),
        Picture("compare", compare, f"{_drawn(1)} && {_count('.group-metrics')} == 1", 1455),
        Picture("run", f"/mlflow/runs/{maze['dqn-default-seed1']}", _drawn(0), 1040),
        Picture("models", "/models", f"{_count('#models-table td.dash-select-cell')} > 10"),
        Picture("model", "/models/16", f"{_count('#model-policy .bg-success')} == 1", 640),
        Picture("inference", "/inference?model=16&versus=5&play=1", f"{_walked('a')} && {_walked('b')}", 1060),
        Picture("trainings", "/training", f"{_count('#trainings-queue tr')} == 3 && {_count('#training-start')} == 1"),
        Picture("training", f"/training/{training}", f"{_drawn(0)} && {_count('#live-log .live-log-line')} > 2", 960),
        Picture("gpus", "/gpu", f"{_drawn(3)} && {_count('#gpus-processes tbody tr')} > 1", 1060, dark=True),
    ]


def _count(selector: str) -> str:
    return f"document.querySelectorAll('{selector}').length"


def _drawn(lines: int) -> str:
    plots = "[...document.querySelectorAll('.js-plotly-plot')]"
    complete = f"plot.calcdata.length > {lines} && plot.calcdata.every(line => line.length > 5)"
    return f"{plots}.length > 0 && {plots}.every(plot => plot.calcdata && {complete})"


def _walked(side: str) -> str:
    return f"+document.querySelector('#walk-section-{side} [data-part=step]').textContent > 11"


@contextmanager
def clew() -> Iterator[str]:
    """Starts a Clew, waits until its sample data is in place, and returns its address."""
    with ExitStack() as stack:
        state = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        ports = dict(zip(PORTS, map(str, _free_ports(len(PORTS))), strict=True))
        environment = os.environ | ports | {"STATE_DIR": state, "CACHE_DIR": f"{state}/cache", "GPU_DEMO": "true"}
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
    size = {"width": WIDTH, "height": picture.height, "deviceScaleFactor": 1, "mobile": False}
    scheme = {"name": "prefers-color-scheme", "value": "dark" if picture.dark else "light"}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
    driver.get(address + picture.path)
    ends = time.monotonic() + 60
    while not driver.execute_script(f"try {{ return {picture.complete} }} catch (error) {{ return false }}"):
        if time.monotonic() > ends:
            raise SystemExit(f"{picture.path} was not complete in a minute: {picture.complete}")
        time.sleep(0.2)
    time.sleep(1)  # what still moves comes to rest
    taken = driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "webp", "quality": 80})
    content = base64.b64decode(taken["data"])
    if len(content) > MOST_BYTES:
        raise SystemExit(f"{picture.name} has {len(content):,} bytes, more than {MOST_BYTES:,}.")
    (FOLDER / f"{picture.name}.webp").write_bytes(content)


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


if __name__ == "__main__":
    main()
