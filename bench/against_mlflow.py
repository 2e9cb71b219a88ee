"""The same comparison in MLflow's chart view and in Clew, in one headless Chromium: 10 runs × 3 metrics until drawn.

    python -m bench.against_mlflow http://127.0.0.1:5051 --database sqlite:////path/to/long.db

Fill the database with bench/generate_runs.py and start `mlflow server` on it first; Clew is started here. The two sides
take turns, so that what else the machine does hits both. A line of the table: the medians, and how they compare.
"""

import argparse
import json
import os
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import requests

from bench.clew_process import clew
from bench.headless import Browser, browser, soon

CHARTS = ("reward", "loss", "success-rate")
# A line is drawn once its path exists; that of a single point would be a dot.
PATHS = "[...{root}.querySelectorAll('.scatterlayer .trace path.js-line')]"
LINES = PATHS + ".filter(p => (p.getAttribute('d') || '').length > 20).length"
IN_CLEW = "document.querySelector('#compare-chart-{} .js-plotly-plot')"
SUBTITLES = f"[{', '.join(map(IN_CLEW.format, CHARTS))}].map(gd => gd.layout.title.subtitle.text || '')"
EXACT = f"{SUBTITLES}.every(t => !t.includes('a sample'))"
TABLE_READY = "document.querySelectorAll('#runs-table td.dash-select-cell input').length > 10"
# MLflow draws each line twice, as logged and smoothed, so each of its charts has to have ten.
DRAWN_BY_MLFLOW = (
    f"[...document.querySelectorAll('.js-plotly-plot')].filter(gd => {LINES.format(root='gd')} >= 10).length >= 3"
)
OURS_PER_ROUND = 3
PATIENCE = 300  # seconds; MLflow's chart view can take more than a minute


class Figure(NamedTuple):
    """One measurement: seconds, the bytes transferred meanwhile, and the heap afterwards."""

    seconds: float
    wire: int
    requests: int
    heap: int


def main() -> None:
    """Parses the command line, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mlflow", help="address of the MLflow server")
    parser.add_argument("--database", required=True, help="its database, for the fast lane")
    parser.add_argument("--experiment", default="bench-long")
    parser.add_argument("--port", type=int, default=7110, help="Clew's")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    experiment, ids = newest(options.mlflow, options.experiment)
    print_line(
        f"{len(ids)} runs in {options.experiment}; load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )
    with browser() as theirs:
        bench = Bench(Mlflow(theirs, options.mlflow, experiment), options.mlflow, ids, options.port, options.rounds)
        bench.measure({"MLFLOW_BACKEND_STORE_URI": options.database})
    print_line(f"load average {os.getloadavg()[0]:.1f}")


class Mlflow:
    """Drives MLflow's side: its chart view, by its address and from its list of runs."""

    def __init__(self, window: Browser, address: str, experiment: str) -> None:
        self.window = window
        self.list_of_runs = f"{address}/#/experiments/{experiment}/runs"
        self.charts = f"{self.list_of_runs}?compareRunsMode=CHART"
        self.loads: list[Figure] = []
        self.tabs: list[Figure] = []

    def load(self, *, counts: bool = True) -> None:
        """Loads the chart view by its address; the first time fills the browser's cache, and does not count."""
        window = self.window
        figure = measured(window, lambda: window.loaded(self.charts, DRAWN_BY_MLFLOW, PATIENCE))
        row("MLflow: page load", [figure])
        if counts:
            self.loads.append(figure)
        window.leave()

    def tab(self) -> None:
        """Goes from the list of runs to the charts."""
        window = self.window
        window.loaded(self.list_of_runs, "document.querySelectorAll('.ag-row').length > 10")
        soon(2)
        change = f"window.location.hash = '{self.charts[self.charts.index('#') :]}'"
        self.tabs.append(measured(window, lambda: window.until(DRAWN_BY_MLFLOW, change, PATIENCE)))
        window.leave()


class Clew:
    """Drives Clew's side: one window on one Clew."""

    def __init__(self, window: Browser, address: str, ids: list[str]) -> None:
        self.window, self.address, self.ids = window, address, ids

    def load(self, many: int = 10, *, exact: bool = False) -> Figure:
        """Returns the comparison by its address; `exact`: until no line is a sample any more."""
        url = f"{self.address}/mlflow?runs={','.join(self.ids[:many])}"
        until = f"{drawn(many)} && {EXACT}" if exact else drawn(many)
        return measured(self.window, lambda: self.window.loaded(url, until, PATIENCE))

    def exact(self) -> Figure:
        """Returns seconds since the page began to load until all of its lines are exact."""
        return measured(self.window, lambda: self.window.until(EXACT, "", 900, since_navigation=True))

    def click(self) -> Figure:
        """Goes from the list of runs, ten of them ticked, to the charts."""
        self.window.loaded(f"{self.address}/mlflow", TABLE_READY)
        ids = json.dumps(self.ids[:10])
        ticked = f"{{selected_row_ids: {ids}, selected_rows: [...{ids}.keys()]}}"
        self.window.run(f"window.dash_clientside.set_props('runs-table', {ticked})")
        self.window.until("document.querySelector('#runs-compare').innerText.includes('10')", "")
        soon(2)
        press = "document.querySelector('#runs-compare').click()"
        return measured(self.window, lambda: self.window.until(drawn(10), press, PATIENCE))

    def zoom(self, low: int) -> Figure:
        """Zooms one chart; all three have to follow."""
        soon(1)
        high = low + 20_000
        return measured(self.window, lambda: self.window.until(zoomed(low, high), zoom(low, high)))

    def whole(self) -> None:
        """Zooms out."""
        out = f"window.Plotly.relayout({IN_CLEW.format('loss')}, {{'xaxis.autorange': true}})"
        self.window.until(zoomed(None, None), out)

    def smooth(self, weight: str) -> Figure:
        """Moves the slider."""
        soon(1)
        return measured(self.window, lambda: self.window.until(smoothed(weight), slide(weight)))


class Bench:
    """Runs the measurements, in turns."""

    def __init__(self, theirs: Mlflow, mlflow: str, ids: list[str], port: int, rounds: int) -> None:
        self.theirs, self.mlflow, self.ids, self.port, self.rounds = theirs, mlflow, ids, port, rounds

    def measure(self, fast: dict[str, str]) -> None:
        """Measures all, the fast ones first.

        Prints each line as soon as it is known, with the ratio to MLflow's so far.
        """
        self.theirs.load(counts=False)
        with self.clew(fast) as ours:
            cold = ours.load()
            ours.load(len(self.ids), exact=True)
            self.measure_interactions(ours, 10)
            self.measure_interactions(ours, len(self.ids))
            warm = self.in_turns(self.theirs.load, ours.load)
            row("page load, warm", warm, self.theirs.loads)
            row("page load, cold, fast lane", [cold], self.theirs.loads)
            clicks = self.in_turns(self.theirs.tab, ours.click)
            row("MLflow: from its list of runs", self.theirs.tabs)
            row("from within, warm", clicks, self.theirs.tabs)
        row("from within, cold, fast lane", [self.cold_click(fast)], self.theirs.tabs)
        row("from within, cold, REST: sampled", [self.cold_click({})], self.theirs.tabs)
        with self.clew({}) as ours:
            row("page load, cold, REST: sampled", [ours.load()], self.theirs.loads)
            row("page load, cold, REST: exact", [ours.exact()], self.theirs.loads)

    def in_turns(self, theirs: Callable[[], None], ours: Callable[[], Figure]) -> list[Figure]:
        """Measures both; MLflow's results are kept on its side."""
        figures = []
        for _ in range(self.rounds):
            theirs()
            figures += [ours() for _ in range(OURS_PER_ROUND)]
        return figures

    def measure_interactions(self, ours: Clew, many: int) -> None:
        """Does what a person does with the lines of `many` runs on screen."""
        row(f"{many} runs: page load, warm", [ours.load(many) for _ in range(3)])
        row(f"{many} runs: zoom, all charts redrawn", [ours.zoom(10_000 + 5_000 * n) for n in range(5)])
        ours.whole()
        row(f"{many} runs: smoothing, all charts redrawn", [ours.smooth(f"0.{50 + 7 * n}") for n in range(5)])

    def cold_click(self, settings: dict[str, str]) -> Figure:
        """Measures with a Clew that has no history cached."""
        with self.clew(settings) as ours:
            return ours.click()

    @contextmanager
    def clew(self, settings: dict[str, str]) -> Iterator[Clew]:
        """Starts a Clew that has the runs and no history, and a browser that has cached Clew's files."""
        with clew(self.mlflow, self.port, **settings) as address, browser() as window:
            window.loaded(f"{address}/mlflow", TABLE_READY)
            soon(2)
            yield Clew(window, address, self.ids)


def drawn(lines: int) -> str:
    """Returns whether each of the three charts has that many lines."""
    return " && ".join(f"{LINES.format(root=IN_CLEW.format(chart))} >= {lines}" for chart in CHARTS)


def zoom(low: int, high: int) -> str:
    """Zooms one chart."""
    chart = IN_CLEW.format("reward")
    return f"window.Plotly.relayout({chart}, {{'xaxis.range[0]': {low}, 'xaxis.range[1]': {high}}})"


def zoomed(low: int | None, high: int | None) -> str:
    """Returns whether all three charts show the points of that window, and no others."""
    first = "gd.calcdata[0][0].x < 5000" if low is None else f"Math.abs(gd.calcdata[0][0].x - {low}) < 1000"
    last = "at.x > 90000" if high is None else f"Math.abs(at.x - {high}) < 1000"
    where = "const at = gd.calcdata[0].filter(p => p.x !== undefined).slice(-1)[0]"
    every = ", ".join(IN_CLEW.format(chart) for chart in CHARTS)
    return f"[{every}].every(gd => {{ {where}; return {first} && {last}; }})"


def slide(weight: str) -> str:
    """Moves the smoothing slider."""
    return f"""const slider = document.querySelector('#option-smoothing');
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(slider, '{weight}');
    for (const event of ['input', 'change']) slider.dispatchEvent(new Event(event, {{bubbles: true}}))"""


def smoothed(weight: str) -> str:
    """Returns whether all three charts are smoothed so."""
    return f"{SUBTITLES}.every(t => t.includes('smoothed by {weight}'))"


def newest(mlflow: str, name: str) -> tuple[str, list[str]]:
    """Returns the id of an experiment and the ids of its runs, the newest first.

    The ten that MLflow draws are its first.
    """
    api = f"{mlflow}/api/2.0/mlflow"
    found = requests.get(f"{api}/experiments/get-by-name", params={"experiment_name": name}, timeout=60).json()
    experiment = found["experiment"]["experiment_id"]
    query = {"experiment_ids": [experiment], "max_results": 100, "order_by": ["attributes.start_time DESC"]}
    runs = requests.post(f"{api}/runs/search", json=query, timeout=60).json()["runs"]
    return experiment, [run["info"]["run_id"] for run in runs]


def measured(window: Browser, work: Callable[[], float]) -> Figure:
    """Returns the time of `work` and the bytes transferred."""
    window.received()
    seconds = work()
    soon(0.3)
    return Figure(seconds, *window.received(), window.heap())


def row(name: str, ours: list[Figure], theirs: list[Figure] | None = None) -> None:
    """Prints a line of the table, with the ratio of MLflow's time to Clew's, if there is one of MLflow's."""
    line = f"{name:42} {_cells(ours)}"
    if theirs:
        line += f"   {_middle(theirs) / _middle(ours):.1f} ×"
    print_line(line)


def print_line(line: str) -> None:
    """Prints at once."""
    print(line, flush=True)  # noqa: T201


def _middle(figures: list[Figure]) -> float:
    return statistics.median(figure.seconds for figure in figures)


def _cells(figures: list[Figure]) -> str:
    wire, calls, heap = (round(statistics.median(column)) for column in list(zip(*figures, strict=True))[1:])
    each = " ".join(f"{one:.2f}" for one in (figure.seconds for figure in figures))
    return f"{_middle(figures):7.3f} s [{each}] {wire / 1e6:6.2f} MB in {calls:3} requests, heap {heap / 1e6:4.0f} MB"


if __name__ == "__main__":
    main()
