"""Times the runs page in headless Chromium against a running Clew: until usable, to sort, to filter.

    python bench/browse_runs.py http://127.0.0.1:8050 --expect 5000

Fill an MLflow with bench/generate_runs.py first, and start Clew on it. Each figure is the median of five.
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
ROWS = "window.dash_component_api.getLayout('runs-table').props.data"
SET_TABLE = "((props) => window.dash_clientside.set_props('runs-table', props))"
LOWEST = "rates => Math.min(...rates.filter(rate => rate !== undefined))"


def main() -> None:
    """Parses the command line and prints a figure a line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address")
    parser.add_argument("--expect", type=int, default=5_000, help="how many runs there must be")
    asked = parser.parse_args()
    options = Options()
    for flag in FLAGS:
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    driver.set_script_timeout(60)
    try:
        for name, measure in measures(driver, asked.address, asked.expect).items():
            times = [measure() for _round in range(ROUNDS)]
            sys.stdout.write(f"{name:40} {statistics.median(times) * 1000:7.0f} ms   (max {max(times) * 1000:.0f})\n")
    finally:
        driver.quit()


def measures(driver: webdriver.Chrome, address: str, expect: int) -> dict[str, Callable[[], float]]:
    """What is measured, by name; each returns seconds."""

    def until(condition: str, begin: str) -> float:
        """Runs `begin`, then looks at every frame whether `condition` holds, and for the frame after it."""
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
            table(sort_by=[{"column_id": column, "direction": "asc"}], filter_query="")
            time.sleep(0.5)
            before = driver.execute_script(f"return {FIRST_CELL.format(column)}")
            change = {"sort_by": [{"column_id": column, "direction": "desc"}]}
            return until(f"{FIRST_CELL.format(column)} !== {before!r}", f"{SET_TABLE}({json.dumps(change)})")

        return once

    def filtered(column: str, choose: str, operator: str, shown: str) -> Callable[[], float]:
        def once() -> float:
            """Filters for what few rows have, `choose` of all values; and then the first row shows it."""
            table(sort_by=[], filter_query="")
            time.sleep(0.5)
            value = driver.execute_script(f"const rows = {ROWS}; return ({choose})(rows.map(row => row.{column}))")
            change = {"filter_query": f"{{{column}}} {operator} {json.dumps(value)}"}
            cell = shown.format(json.dumps(value))
            seconds = until(f"{FIRST_CELL.format(column)} === {cell}", f"{SET_TABLE}({json.dumps(change)})")
            table(filter_query="")
            return seconds

        return once

    def table(**props: object) -> None:
        driver.execute_script(f"{SET_TABLE}(arguments[0])", props)

    return {
        "page load until the table has rows": load,
        "sort by success rate": sort("success_percent"),
        "sort by name": sort("name"),
        "filter: the lowest success rate": filtered("success_percent", LOWEST, "<=", "({}).toFixed(1)"),
        "filter: the last run's name": filtered("name", "names => names.at(-1)", "icontains", "{}"),
    }


if __name__ == "__main__":
    main()
