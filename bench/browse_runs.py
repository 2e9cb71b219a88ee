"""Times the runs page in headless Chromium against a running Clew: until usable, to sort, to filter.

    python bench/browse_runs.py http://127.0.0.1:8050 --expect 5000
    python bench/browse_runs.py http://127.0.0.1:8050 --expect 50000

Fill an MLflow with bench/generate_runs.py or bench/fill_large_stores.py first, and start Clew on it. Each figure is the
median of five. Beyond 10,000 runs the server sorts, filters and pages; the figures are of the same clicks.
"""

import argparse
import json
import shutil
import statistics
import sys
import time
from collections.abc import Callable

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

ROUNDS = 5
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--window-size=1440,1000")
FIRST_CELL = "document.querySelector(\"#runs-table td[data-dash-column='{}'] .dash-cell-value\")?.innerText"
FIRST_VALUE = "return window.clew.propsOf('runs-table').data[0][arguments[0]]"
BOX = "#runs-table th.dash-filter[data-dash-column='{}'] .filter-box input"
TYPE = (
    "((box, text) => { const input = document.querySelector(box); input.value = text;"
    " input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true })); })"
)
# Until a table has finished its last action.
SETTLED = 1.0
SET_TABLE = "((props) => window.dash_clientside.set_props('runs-table', props))"


def main() -> None:
    """Parses the command line and prints a figure a line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address")
    parser.add_argument("--expect", type=int, default=5_000, help="how many runs there must be")
    command_line = parser.parse_args()
    options = Options()
    for flag in FLAGS:
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    driver.set_script_timeout(60)
    try:
        for name, measure in measures(driver, command_line.address, command_line.expect).items():
            times = [measure() for _round in range(ROUNDS)]
            sys.stdout.write(f"{name:40} {statistics.median(times) * 1000:7.0f} ms   (max {max(times) * 1000:.0f})\n")
        sys.stdout.write(f"{'the page on the heap':40} {heap(driver) / 2**20:7.1f} MB\n")
    finally:
        driver.quit()


def heap(driver: webdriver.Chrome) -> float:
    """Returns the bytes that the page's scripts hold after a garbage collection."""
    driver.execute_cdp_cmd("HeapProfiler.collectGarbage", {})
    driver.execute_cdp_cmd("Performance.enable", {})
    found = driver.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
    return float(next(one["value"] for one in found if one["name"] == "JSHeapUsedSize"))


def measures(driver: webdriver.Chrome, address: str, expect: int) -> dict[str, Callable[[], float]]:
    """Returns what is measured, by name; each returns seconds."""

    def until(condition: str, begin: str) -> float:
        """Runs `begin`, then checks at every frame whether `condition` holds; returns the time including the next
        frame."""
        return float(
            driver.execute_async_script(
                f"""const done = arguments[0], t0 = performance.now();
                {begin};
                (function look() {{
                  if ({condition}) requestAnimationFrame(() => done((performance.now() - t0) / 1000));
                  else requestAnimationFrame(look);
                }})();"""
            )
        )

    def load() -> float:
        began = time.monotonic()
        driver.get(f"{address}/mlflow")
        until(FIRST_CELL.format("name"), "")
        found = driver.execute_script("return document.querySelector('#runs-freshness-text').innerText")
        assert f"{expect:,} runs" in found, found
        return time.monotonic() - began

    def sort(column: str) -> Callable[[], float]:
        def once() -> float:
            table(sort_by=[{"column_id": column, "direction": "asc"}])
            settle()
            before = driver.execute_script(f"return {FIRST_CELL.format(column)}")
            change = {"sort_by": [{"column_id": column, "direction": "desc"}]}
            return until(f"{FIRST_CELL.format(column)} !== {before!r}", f"{SET_TABLE}({json.dumps(change)})")

        return once

    def filtered(column: str, operator: str) -> Callable[[], float]:
        def once() -> float:
            """Filters for the least value of a column, typed into its box; then the first row shows it."""
            type_into(column, "")
            table(sort_by=[{"column_id": column, "direction": "asc"}])
            settle()
            value = driver.execute_script(f"return {FIRST_CELL.format(column)}")
            # The exact value, not the one shown: 0.0 may be a little more.
            least = driver.execute_script(FIRST_VALUE, column)
            table(sort_by=[{"column_id": column, "direction": "desc"}])
            settle()
            box, typed = json.dumps(BOX.format(column)), json.dumps(f"{operator} {least}")
            seconds = until(f"{FIRST_CELL.format(column)} === {value!r}", f"{TYPE}({box}, {typed})")
            type_into(column, "")
            table(sort_by=[])
            return seconds

        return once

    def type_into(column: str, text: str) -> None:
        driver.execute_script(f"{TYPE}(arguments[0], arguments[1])", BOX.format(column), text)
        settle()

    def another_page() -> float:
        before = driver.execute_script(f"return {FIRST_CELL.format('run_id')}")
        seconds = until(f"{FIRST_CELL.format('run_id')} !== {before!r}", "document.querySelector('.next-page').click()")
        table(page_current=0)
        settle()
        return seconds

    def settle() -> None:
        """Waits until the page is idle, also on a slow machine, where the server's page may come later."""
        time.sleep(SETTLED)
        until("!document.querySelector('.table-frame[aria-busy=true]')", "")

    def table(**props: object) -> None:
        driver.execute_script(f"{SET_TABLE}(arguments[0])", props)

    return {
        "page load until the table has rows": load,
        "sort by success rate": sort("success_percent"),
        "sort by name": sort("name"),
        "filter: the lowest success rate": filtered("success_percent", "<="),
        "filter: the first run by name": filtered("name", "="),
        "another page": another_page,
    }


if __name__ == "__main__":
    main()
