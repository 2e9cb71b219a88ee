"""What the files of runs cost: `python -m bench.run_files --port 18600`.

A real MLflow, Clew as it is deployed, headless Chromium, all on this machine: a folder of 10,000 files, a page of 1,500
metrics, four films of 20 MB side by side, a log of 1 GB, a file of each kind that is read by more than its beginning.
"""

import argparse
import io
import os
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, Final

import numpy as np
import orjson
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import requests
from PIL import Image
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By

from bench.clew_process import clew
from bench.headless import Browser, browser
from tests.run_files.webm import film, vp8
from tests.tracking import Tracking
from training.scratch_server import mlflow_server

FILES, METRICS, FILM_BYTES, LOG_BYTES = 10_000, 1_500, 20_000_000, 2**30
FILMS: Final = (4, 9)
PARTS: Final = ("tree", "films", "memory")
HOVER_SECONDS: Final = 0.2
_LIST: Final = "document.getElementById('run-artifacts').scrollIntoView()"
_CHARTS: Final = "document.querySelectorAll('.js-plotly-plot .scatterlayer .trace').length >= 1"
_FIRST_FRAMES: Final = (
    "(() => {{ const all = [...document.querySelectorAll('#compare-media video')];"
    " return all.length === {films} && all.every((video) => video.readyState >= 2); }})()"
)
# What each video showed last, checked whenever one shows another frame.
_WATCH: Final = """
window.benchDrift = [];
const all = [...document.querySelectorAll('#compare-media video')], shown = new Map();
for (const video of all) {
  const look = (now, { mediaTime }) => {
    shown.set(video, mediaTime);
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
}
(function sample() {
  if (shown.size === all.length) window.benchDrift.push(Math.max(...shown.values()) - Math.min(...shown.values()));
  setTimeout(sample, 100);
})();
[...document.querySelectorAll('.media-controls button')].find((button) => button.textContent === 'Play').click();
"""


def main() -> None:
    """Measures one after the other, and prints a line for each figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=18600)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--seconds", type=float, default=10, help="how long the films play")
    options = parser.parse_args()
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        mlflow = opened.enter_context(mlflow_server(folder))
        large, films = fill(Tracking(mlflow), folder, with_log="memory" in options.parts)
        address = opened.enter_context(clew(mlflow, options.port, WEB_WORKERS="1"))
        window = opened.enter_context(browser())
        print_line("load average of this machine", f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        if "tree" in options.parts:
            listings(mlflow, address, large, options.repeats)
            tree(window, f"{address}/mlflow/runs/{large}", options.repeats)
        for many in FILMS if "films" in options.parts else ():
            side_by_side(
                window, f"{address}/mlflow?runs={','.join(films[:many])}", many, options.repeats, options.seconds
            )
        if "memory" in options.parts:
            memory(address, large)


def fill(tracking: Tracking, folder: Path, *, with_log: bool) -> tuple[str, list[str]]:
    """Writes a run with many files and metrics, and runs with films; returns their ids."""
    experiment = tracking.experiment()
    metrics = {f"long/m{number:04d}": [1.0] for number in range(METRICS - 1)}
    large = tracking.run(experiment, name="large", metrics={"success_rate": [0.1, 0.5]} | metrics)
    frames = folder / "artifacts" / experiment / large / "artifacts" / "frames"
    frames.mkdir(parents=True)
    for number in range(FILES):
        (frames / f"frame_{number}.png").write_bytes(b"x")
    for name, content in every_kind():
        (frames.parent / name).write_bytes(content)
    with (frames.parent / "console.log").open("wb") as log:
        block = b"".join(
            b"step %9d reward 0.123456 loss 0.0123 success 0.5 a line of a log\n" % n for n in range(2**14)
        )
        log.write(b"the first needle\n")
        while with_log and log.tell() < LOG_BYTES:
            log.write(block)
        log.write(b"the last line\n")
    runs = [tracking.run(experiment, name=f"films-{number}") for number in range(max(FILMS))]
    content = long_film()
    for run in runs:
        tracking.artifact(run, "videos/eval_step_100.webm", content)
    return large, runs


def every_kind() -> list[tuple[str, bytes]]:
    """Returns files about as large as the part that is read of each kind: a table, JSON, a page with a figure,
    Markdown."""
    kept = io.BytesIO()
    rng = np.random.default_rng(0)
    pq.write_table(pa.table({f"c{n}": rng.random(100_000) for n in range(60)}), kept)
    figure = {"data": [{"type": "scatter", "y": rng.random(180_000).tolist()}], "layout": {}}
    rows = {"columns": ["n", "value"], "data": [[n, n / 7] for n in range(400_000)]}
    page = f'<script>Plotly.newPlot("a", {orjson.dumps(figure["data"]).decode()}, {{}})</script>'
    return [
        ("table.parquet", kept.getvalue()),
        ("figure.json", orjson.dumps(figure)),
        ("rows.json", orjson.dumps(rows)),
        ("small.json", orjson.dumps([{}] * 300_000)),
        ("figure.html", page.encode()),
        ("notes.md", b"# a *heading* with [a link](https://example.com)\n\n" * 60_000),
        ("table.csv", b"1,2,3,4\n" * 2**22),
    ]


def long_film() -> bytes:
    """Returns a film of FILM_BYTES, 25 frames a second."""
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 255, (48, 64, 64, 3), np.uint8)
    frames = [vp8(Image.fromarray(one).resize((640, 480)), 90) for one in noise]
    many = FILM_BYTES // (sum(map(len, frames)) // len(frames))
    return film([frames[number % len(frames)] for number in range(many)], 640, 480)


def tree(window: Browser, page: str, repeats: int) -> None:
    """Measures the folder of many files, the page around it, and the bytes transferred."""
    window.loaded(page, _CHARTS)  # with what a browser caches of a page's scripts
    usable = [window.loaded(page, _CHARTS) for _ in range(repeats)]
    print_line(f"run page of {METRICS:,} metrics until its first chart (aim 1,500 ms)", each(usable))
    for hover_seconds in (0.0, HOVER_SECONDS):
        listed = [click_to_rows(window, page, hover_seconds) for _ in range(repeats)]
        by = f"a pointer that rested for {1000 * hover_seconds:.0f} ms" if hover_seconds else "a click out of nowhere"
        print_line(f"folder of {FILES:,} files until its rows are there, by {by} (aim 1,000 ms)", each(listed))
    window.driver.execute_cdp_cmd("Network.clearBrowserCache", {})
    window.leave()
    window.received()
    window.loaded(f"{page}?artifact=notes.md", "document.querySelector('#run-artifacts iframe')")
    time.sleep(2)
    print_line(
        "run page with its files, nothing cached, over the wire (aim 2.5 MB)", f"{window.received()[0] / 1e6:.2f} MB"
    )


def click_to_rows(window: Browser, page: str, hover_seconds: float) -> float:
    """Returns seconds from the click on the folder of many files to its rows.

    The pointer is on it `hover_seconds` before the click.
    """
    row = "#run-artifacts .artifact-row[data-path='{}']".format
    there = 'document.querySelector("{}")'.format
    window.loaded(page, _CHARTS)
    window.until(there(row("frames")), _LIST)
    if hover_seconds:
        ActionChains(window.driver).move_to_element(
            window.driver.find_element(By.CSS_SELECTOR, row("frames"))
        ).perform()
        time.sleep(hover_seconds)
    return window.until(there(row("frames/frame_9.png")), f"{there(row('frames'))}.click()")


def listings(mlflow: str, address: str, run: str, repeats: int) -> None:
    """Measures the list of many files without a page: MLflow's, and Clew's of it."""
    options = {
        "MLflow's own answer": (f"{mlflow}/api/2.0/mlflow/artifacts/list", {"run_id": run, "path": "frames"}),
        "Clew's, with MLflow's": (f"{address}/artifacts/list", {"run": run, "path": "frames"}),
    }
    for name, (where, query) in options.items():
        took = []
        for _ in range(repeats):
            began = time.perf_counter()
            requests.get(where, query, timeout=60).raise_for_status()
            took.append(time.perf_counter() - began)
        print_line(f"list of {FILES:,} files: {name}", each(took))


def side_by_side(window: Browser, page: str, films: int, repeats: int, seconds: float) -> None:
    """Plays so many films: until each shows its first frame, and how far apart they are while they play."""
    firsts = []
    for _ in range(repeats):
        window.loaded(page, "document.querySelector('#compare-media summary')")
        firsts.append(
            window.until(_FIRST_FRAMES.format(films=films), "document.querySelector('#compare-media summary').click()")
        )
    print_line(f"first frames of {films} films of {FILM_BYTES / 1e6:.0f} MB (aim 1,000 ms)", each(firsts))
    window.run(_WATCH)
    time.sleep(seconds)
    apart = sorted(window.run("return window.benchDrift"))
    within = sum(one <= 0.041 for one in apart)
    print_line(
        "frames of the films at one moment, apart (aim: a frame, 40 ms)", f"median {1000 * median(apart):.0f} ms"
    )
    print_line("  within a frame", f"{within} of {len(apart)} samples, longest {1000 * apart[-1]:.0f} ms")
    window.leave()


def memory(address: str, run: str) -> None:
    """Measures by how much a worker's memory grows at its highest, for each file.

    And what a search of a gigabyte takes.
    """
    for name in ("table.csv", "small.json", "rows.json", "figure.json", "figure.html", "notes.md", "table.parquet"):
        grown, took, answer = growth(partial(preview, address, run, name))
        print_line(f"worker at {name} (aim + 50 MB)", f"+ {grown:.0f} MB, {took:.2f} s: {answer.get('kind') or answer}")
    whole = {"path": "console.log"}
    grown, took, _ = growth(lambda: read(f"{address}/api/runs/{run}/artifacts/file", whole))
    print_line("worker while 1 GB is downloaded (aim + 50 MB)", f"+ {grown:.0f} MB, {took:.1f} s")
    grown, took, options = growth(lambda: searched(address, run, "first needle"))
    print_line("worker while 1 GB is searched from its end", f"+ {grown:.0f} MB, {took:.1f} s in {options} questions")
    grown, took, options = growth(lambda: searched(address, run, r"step\s+7 .*nothing$", regex="1"))
    print_line("  by a regular expression that nothing fits", f"+ {grown:.0f} MB, {took:.1f} s in {options} questions")


def preview(address: str, run: str, name: str) -> dict[str, Any]:
    """Returns what the page gets of a file."""
    preview: dict[str, Any] = requests.get(
        f"{address}/artifacts/preview", {"run": run, "path": name}, timeout=120
    ).json()
    return preview


def searched(address: str, run: str, text: str, **more: str) -> int:
    """Searches as the page does; returns how many requests it took."""
    before, count = None, 0
    while True:
        query = {"run": run, "path": "console.log", "q": text, **more} | ({} if before is None else {"before": before})
        found = requests.get(f"{address}/artifacts/found", query, timeout=60).json()
        before, count = found["searched_to"], count + 1
        if found["lines"] or before <= 0:
            return count


def read(address: str, query: dict[str, str]) -> None:
    """Reads an answer and discards it."""
    with requests.get(address, query, timeout=600, stream=True) as answer:
        for _piece in answer.iter_content(2**20):
            pass


def growth(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Returns the MB by which the largest worker grew during `work`, the seconds, and the result of `work`."""
    workers = [one for one in psutil.process_iter(["cmdline"]) if is_worker(one)]
    workers = [one for parent in workers for one in parent.children()] or workers
    before = {one.pid: lowest(one) for one in workers}
    began = time.perf_counter()
    done = work()
    took = time.perf_counter() - began
    return max(highest(one) - before[one.pid] for one in workers), took, done


def is_worker(process: psutil.Process) -> bool:
    """Returns whether it is the gunicorn that this script started."""
    return "app:server" in (process.info["cmdline"] or []) and os.getpid() in [one.pid for one in process.parents()]


def lowest(process: psutil.Process) -> float:
    """Returns a worker's current MB, and resets the kernel's record of its peak."""
    Path(f"/proc/{process.pid}/clear_refs").write_text("5")
    return float(process.memory_info().rss) / 1e6


def highest(process: psutil.Process) -> float:
    """Returns its peak MB since then."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6


def each(seconds: list[float]) -> str:
    """Writes median and longest of several tries."""
    return f"median {1000 * median(seconds):,.0f} ms, longest {1000 * max(seconds):,.0f} ms"


def print_line(what: str, figure: str) -> None:
    """Prints a line for one figure."""
    sys.stdout.write(f"{what:<80} {figure}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
