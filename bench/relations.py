"""Times the relations of the listed runs in headless Chromium: until drawn, to redraw, to hover, to brush.

    python -m bench.relations http://127.0.0.1:5000 --store sqlite:////path/of/mlflow.db
    python -m bench.relations http://127.0.0.1:5000 --filter "param:seed" "<2"

The first argument is MLflow's address, the store its database, where Clew may read it. The runs that pass the
filter are drawn. Each figure is the median of five, followed by the greatest; Clew and its list are warm.
"""

import argparse
import statistics
import sys
from collections.abc import Callable, Sequence
from urllib.parse import urlencode

from bench.clew_process import clew
from bench.headless import Browser, browser

ROUNDS = 5
PORT = 18805
SCATTER = ("duration_minutes", "final_reward", "seed")
PARALLEL = ("algorithm", "environment", "seed", "duration_minutes", "final_loss", "final_reward")
STATUS_SCRIPT = "document.querySelector('#relations .relations-part:has(.relations-{}) [role=status]')?.textContent"
READY = "window.clew.propsOf('runs-listed').data?.total >= {}"
DRAG = """
const canvas = document.querySelector('.relations-%s canvas:nth-of-type(2)'), box = canvas.getBoundingClientRect();
const place = ([x, y]) => ({clientX: box.left + x * box.width, clientY: box.top + y * box.height});
const at = (share) => ({...place(share), bubbles: true, pointerId: 1});
canvas.setPointerCapture = () => {};
canvas.dispatchEvent(new PointerEvent('pointerdown', at(%s)));
canvas.dispatchEvent(new PointerEvent('pointermove', at(%s)));
canvas.dispatchEvent(new PointerEvent('pointerup', at(%s)));
"""
HOVER = """
const done = arguments[0], canvas = document.querySelector('.relations-scatter canvas:nth-of-type(2)');
const box = canvas.getBoundingClientRect(), spent = [];
for (let n = 0; n < 200; n += 1) {
  const began = performance.now();
  const [clientX, clientY] = [box.left + box.width * n / 200, box.top + box.height * (0.2 + 0.06 * (n % 10))];
  canvas.dispatchEvent(new PointerEvent('pointermove', {clientX, clientY, bubbles: true}));
  spent.push(performance.now() - began);
}
done(Math.max(...spent) / 1000);
"""


def main() -> None:
    """Parses the command line and prints a figure a line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mlflow")
    parser.add_argument("--store", help="the database of MLflow, where Clew may read it")
    parser.add_argument("--filter", nargs=2, metavar=("COLUMN", "TYPED"), help="draws what this leaves")
    parser.add_argument("--expect", type=int, default=1, help="how many runs there must be before anything is timed")
    options = parser.parse_args()
    settings = {"MLFLOW_BACKEND_STORE_URI": options.store} if options.store else {}
    filters = [(f"filter[{options.filter[0]}]", options.filter[1])] if options.filter else []
    with clew(options.mlflow, PORT, **settings) as address, browser() as window:
        window.loaded(f"{address}/mlflow", READY.format(options.expect), 900)
        for name, once in _measures(window, address, filters).items():
            times = [once() for _round in range(ROUNDS)]
            sys.stdout.write(f"{name:46} {statistics.median(times) * 1000:7.0f} ms   (max {max(times) * 1000:.0f})\n")
        sys.stdout.write(
            f"{window.run('return ' + STATUS_SCRIPT.format('parallel'))}\n{'heap':46} {window.heap() / 1e6:7.0f} MB\n"
        )


def _measures(window: Browser, address: str, filters: Sequence[tuple[str, str]]) -> dict[str, Callable[[], float]]:
    """Returns what is measured, by name, in this order; each returns seconds."""
    scatter = f"{address}/mlflow?" + urlencode([*filters, *zip(("sx", "sy", "sc"), SCATTER, strict=True)])
    parallel = f"{address}/mlflow?" + urlencode([*filters, *(("parallel", ref) for ref in PARALLEL)])

    def loaded(page: str, part: str) -> Callable[[], float]:
        return lambda: window.loaded(page, f"{STATUS_SCRIPT.format(part)}.includes('match the filter')")

    def redrawn(part: str) -> Callable[[], float]:
        switch = f"document.querySelector('#relations .relations-part:has(.relations-{part}) input[type=checkbox]')"
        return lambda: window.until("true", f"{switch}.click()")

    def brushed(part: str, begin: str, end: str) -> Callable[[], float]:
        def once() -> float:
            window.run("window.clew.selection.set([])")
            return window.until("window.clew.selection.get().length > 0", DRAG % (part, begin, end, end))

        return once

    def hovered() -> float:
        return float(window.driver.execute_async_script(HOVER))

    return {
        "page load until the scatter plot is drawn": loaded(scatter, "scatter"),
        "scatter plot: another scale": redrawn("scatter"),
        "scatter plot: the slowest of 200 hovers": hovered,
        "scatter plot: a drag over all, ticked": brushed("scatter", "[0, 0]", "[1, 1]"),
        "page load until 6 parallel axes are drawn": loaded(parallel, "parallel"),
        "parallel axes: another scale": redrawn("parallel"),
        "parallel axes: a range on the last one, ticked": brushed("parallel", "[0.967, 0.1]", "[0.967, 0.5]"),
    }


if __name__ == "__main__":
    main()
