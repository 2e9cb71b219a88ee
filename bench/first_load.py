"""What a first visit to each page costs, and a second: bytes over the wire, requests, time until it is usable.

    python -m bench.first_load http://127.0.0.1:8050

Cold is a Chromium with nothing cached, warm the same one once more. A page is usable when it shows what it is for:
rows, lines, tiles, a board. The browser and Clew are on one machine, so the time is theirs, without a network's.
"""

import argparse
import json
import statistics
import sys
from typing import Any, NamedTuple

import requests

from bench.headless import Browser, browser

LIMIT = 2_500_000
LINES = "document.querySelectorAll('#{} .scatterlayer .js-line').length >= {}"


class Load(NamedTuple):
    """One load of a page: bytes over the wire with headers, requests that were not answered from the cache, seconds."""

    received: int
    requests: int
    seconds: float


def main() -> None:
    """Parses the command line and prints a line per page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    sys.stdout.write("| page | cold | requests | usable after | warm | requests | usable after |\n")
    sys.stdout.write("|---|---|---|---|---|---|---|\n")
    with browser() as window:
        for path, usable in pages(options.address).items():
            cold, warm = [], []
            for _round in range(options.rounds):
                window.driver.execute_cdp_cmd("Network.clearBrowserCache", {})
                cold.append(load(window, options.address + path, usable))
                warm.append(load(window, options.address + path, usable))
            shown = path if len(path) < 40 else f"{path[:36]}…"
            over = " (over the limit)" if max(one.received for one in cold) > LIMIT else ""
            sys.stdout.write(f"| `{shown}` | {_cells(cold)}{over} | {_cells(warm)} |\n")


def pages(address: str) -> dict[str, str]:
    """Returns every page, with the expression that is true once it is usable.

    Runs and models are the newest ones.
    """
    runs = [run["run_id"] for run in _asked(f"{address}/api/runs")[:3]]
    models = [model["id"] for model in _asked(f"{address}/api/models")[:1]]
    row = "document.querySelector('#{} td[data-dash-column]')"
    return {
        "/": "document.querySelectorAll('#front-runs-body > :not(.text-body-secondary)').length && "
        "document.querySelector('#front-health li')",
        "/mlflow": row.format("runs-table"),
        **({f"/mlflow?runs={','.join(runs)}": LINES.format("compare-chart-reward", len(runs))} if runs else {}),
        **({f"/mlflow/runs/{runs[0]}": LINES.format("run-chart-reward", 1)} if runs else {}),
        "/models": row.format("models-table"),
        **{f"/models/{model}": "document.querySelector('#model-facts h1')" for model in models},
        # Without a model the page shows no episode, and none may be active yet.
        **{f"/inference?model={model}": "document.querySelector('#walk-board-a svg')" for model in models},
        "/gpu": "document.querySelector('#gpu-badge-0')?.textContent !== 'connecting'",
        "/nothing/here": "document.querySelector('h1')",
    }


def load(window: Browser, address: str, usable: str) -> Load:
    """Loads a page once, until it is usable."""
    window.leave()
    window.driver.get_log("performance")  # discards the earlier entries
    seconds = window.loaded(address, usable)
    events = [json.loads(entry["message"])["message"] for entry in window.driver.get_log("performance")]
    finished = [event["params"] for event in events if event["method"] == "Network.loadingFinished"]
    sizes = [int(one["encodedDataLength"]) for one in finished if one["encodedDataLength"]]
    return Load(sum(sizes), len(sizes), seconds)


def _cells(loads: list[Load]) -> str:
    middle = statistics.median
    size = f"{middle(one.received for one in loads) / 1000:,.0f} kB"
    return f"{size} | {middle(one.requests for one in loads):.0f} | {middle(one.seconds for one in loads):.2f} s"


def _asked(url: str) -> Any:
    answer = requests.get(url, timeout=30)
    answer.raise_for_status()
    return answer.json()


if __name__ == "__main__":
    main()
