"""What the pages of trainings cost, and how soon they show what a program wrote: `python -m bench.training_pages`.

A real MLflow, a real scheduler and a real Clew on this machine. One program writes a line each half a second, with
the time in it: how old is each line when it is drawn? Another one writes 100 MB. Then 500 trainings wait in the
queue.
"""

import argparse
import contextlib
import statistics
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any, Final

import orjson
import psutil

from bench.clew_process import clew
from bench.headless import Browser, browser
from bench.scheduler_process import OVER, Scheduler, scheduler
from training.scratch_server import mlflow_server

_PROGRAM: Final = "import time\nwhile True: print('at', round(time.time() * 1000), flush=True); time.sleep(0.5)"
_FLOODS: Final = """
for number in range(1_000_000):
    print(number, 'a line of a hundred bytes, as programs write them, step after step', 'x' * 30)
print('the needle')
"""
_WAITS: Final = "import time; time.sleep(3600)"
_TRAINERS: Final = """
[[trainers]]
name = "{name}"
command = ['{python}', '-c', '''{code}''', "{{number}}"]
fields = [{{ kind = "seeds", name = "number", label = "Number" }}]
"""
_AGES: Final = """
window.benchAges = [];
const before = new Set([...document.querySelectorAll(".live-log-line")].map((line) => line.textContent.slice(3)));
new MutationObserver((changes) => {
  for (const change of changes) for (const line of change.addedNodes) {
    const said = /^at ([0-9]+)$/.exec(line.textContent || "");
    if (!said || before.has(said[1])) continue;
    before.add(said[1]);
    window.benchAges.push(Date.now() - Number(said[1]));
  }
}).observe(document.getElementById("live-log"), { childList: true });
"""


def main() -> None:
    """Measures one after the other, and prints a line for each figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=7160, help="Clew's; the scheduler has the next one")
    parser.add_argument("--seconds", type=float, default=30)
    options = parser.parse_args()
    with contextlib.ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        mlflow, address = opened.enter_context(mlflow_server(folder)), f"http://127.0.0.1:{options.port + 1}"
        settings = {"TRAININGS_FILE": str(_trainers_in(folder)), "TRAINING_SLOTS": "2"}
        there = opened.enter_context(scheduler(mlflow, options.port + 1, folder / "state", **settings))
        here = opened.enter_context(clew(mlflow, options.port, SCHEDULER_URL=address))
        page = opened.enter_context(browser())
        page.driver.execute_cdp_cmd("Performance.enable", {})
        _lines(there, here, page, options.seconds)
        _flood(there, here, page)
        _queue(there, here, page)


def _trainers_in(folder: Path) -> Path:
    programs = {"tells": _PROGRAM, "floods": _FLOODS, "waits": _WAITS}
    tables = (_TRAINERS.format(name=name, python=sys.executable, code=code) for name, code in programs.items())
    (folder / "trainings.toml").write_text("".join(tables))
    return folder / "trainings.toml"


def _lines(there: Scheduler, here: str, page: Browser, seconds: float) -> None:
    run_id = there.start(trainer="tells", number="1")
    there.until(run_id, "training")
    page.loaded(f"{here}/training/{run_id}", "document.querySelectorAll('.live-log-line').length > 3")
    page.run(_AGES)
    busy = _main_thread(page, seconds)
    ages = sorted(page.run("return window.benchAges"))
    _print_line(
        f"log line to screen: median {statistics.median(ages):.0f} ms, longest {ages[-1]:.0f} ms of {len(ages)}"
    )
    _print_line(f"main thread of that page: {busy:.1f} % of a core")
    there.call("/api/training/stop", {"run_id": run_id})
    there.until(run_id, *OVER)


def _flood(there: Scheduler, here: str, page: Browser) -> None:
    run_id = there.start(trainer="floods", number="1")
    there.until(run_id, *OVER, seconds=300)
    size = (there.run_folder(run_id) / "log.txt").stat().st_size
    before = there.own_mib()
    shown = page.loaded(f"{here}/training/{run_id}", "document.querySelectorAll('.live-log-line').length > 100")
    part = len(orjson.dumps(there.call(f"/api/training/runs/{run_id}/log")))
    began, found = time.monotonic(), there.call(f"/api/training/runs/{run_id}/log?q=number%20nobody%20wrote")
    searched, took = (size - found["searched_to"]) / 2**20, time.monotonic() - began
    _print_line(
        f"log of {size / 1e6:.0f} MB: page shows its end after {shown:.2f} s, heap {page.heap() / 2**20:.1f} MiB"
    )
    _print_line(f"one answer {part / 1000:.0f} kB; a search went through {searched:.0f} MiB in {took:.1f} s")
    got, seconds = _read_whole(f"{there.address}/api/training/runs/{run_id}/log.txt")
    _print_line(f"all of it as a file: {got / 1e6:.0f} MB in {seconds:.1f} s")
    _print_line(f"memory of the scheduler alone: {before:.0f} MiB before, {there.own_mib():.0f} MiB after")


def _read_whole(url: str) -> tuple[int, float]:
    began = time.monotonic()
    with urllib.request.urlopen(url, timeout=120) as answer:
        return sum(len(piece) for piece in iter(lambda: answer.read(2**16), b"")), time.monotonic() - began


def _queue(there: Scheduler, here: str, page: Browser) -> None:
    began = time.monotonic()
    for _ in range(5):
        there.call("/api/training/start", {"trainer": "waits", "number": "1-100"})
    _print_line(f"500 were started in {time.monotonic() - began:.1f} s, five requests of a hundred seeds")
    for turn in ("first", "again", "once more"):
        shown = page.loaded(f"{here}/training", "document.querySelectorAll('#trainings-queue tr').length > 40")
        rows = page.run("return document.querySelectorAll('#trainings-queue tr').length")
        _print_line(f"/training with {rows} rows of the queue, {turn}: {shown:.2f} s")
    _print_line(
        f"main thread of that page: {_main_thread(page, 15):.1f} % of a core, heap {page.heap() / 2**20:.1f} MiB"
    )
    more, shown = "document.getElementById('trainings-queue-more').click()", "#trainings-queue tr:nth-child(140)"
    _print_line(f"100 more on demand: {page.until(f'document.querySelector({shown!r})', more):.2f} s")
    began = time.monotonic()
    size = len(orjson.dumps(there.call("/api/training/runs")))
    _print_line(f"the scheduler's list: {size / 1000:.0f} kB in {time.monotonic() - began:.2f} s")


def _main_thread(page: Browser, seconds: float) -> float:
    """Returns the processor time of the page's main thread, in percent."""
    before, began = _thread_seconds(page), time.monotonic()
    time.sleep(seconds)
    return 100 * (_thread_seconds(page) - before) / (time.monotonic() - began)


def _thread_seconds(page: Browser) -> float:
    metrics: Any = page.driver.execute_cdp_cmd("Performance.getMetrics", {})
    return float(next(one["value"] for one in metrics["metrics"] if one["name"] == "ThreadTime"))


def _print_line(text: str) -> None:
    sys.stdout.write(f"{text} (load {psutil.getloadavg()[0]:.1f})\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
