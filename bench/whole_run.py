"""A run with very much in it: its page, a search there, what changed, its facts as JSON, and a report of such runs.

    python -m bench.whole_run http://127.0.0.1:5051 http://127.0.0.1:8050

Writes two runs of 1,500 metrics, 1,500 parameters, 500 tags and 10,000 files each to that MLflow, which is Clew's.
"""

import argparse
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import requests

from bench.headless import Browser, browser

METRICS, PARAMETERS, TAGS, FILES = 1_500, 1_500, 500, 10_000
_AT_ONCE: Final = 100  # MLflow's limit of parameters and tags in one batch
_ROWS: Final = "document.querySelectorAll('#run-{} {}').length >= {}"
USABLE: Final = " && ".join(
    [
        "document.querySelector('#run-facts h1')",
        _ROWS.format("metrics", ".metric-cells", 10),
        _ROWS.format("parameters", "tr", 20),
        _ROWS.format("tags", "tr", 20),
    ]
)


def main() -> None:
    """Parses the command line and prints a line per figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mlflow")
    parser.add_argument("clew")
    parser.add_argument("--files", type=int, default=FILES)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    runs = [whole_run(options.mlflow, place, options.files) for place in (0, 1)]
    page, compared = f"{options.clew}/mlflow/runs/{runs[1]}", f"{options.clew}/mlflow?runs={','.join(runs)}"
    with browser() as window:
        _print_line("the page, usable", [window.loaded(page, USABLE) for _round in range(options.rounds)])
        _print_line("a parameter found by typing", [_found(window, page) for _round in range(options.rounds)])
        shown = "document.querySelector('#run-changes .changes-table')"
        _print_line(
            "what changed, with the page", [window.loaded(f"{page}?against={runs[0]}", shown) for _ in range(3)]
        )
        shown = shown.replace("run-changes", "compare-changes")
        _print_line(
            "what changed, in a comparison", [window.loaded(f"{compared}&changes=true", shown) for _ in range(3)]
        )
    for what, path in (
        ("facts as JSON", f"/api/runs/{runs[1]}/facts.json"),
        ("a report of both", f"/runs/report.html?runs={','.join(runs)}"),
    ):
        _print_line(what, [_asked(options.clew + path) for _round in range(3)])


def whole_run(mlflow: str, place: int, files: int) -> str:
    """Writes a run with everything; returns its id."""
    experiments = _post(mlflow, "experiments/search", {"max_results": 1, "filter": "name = 'whole'"}).get("experiments")
    made = experiments or [_post(mlflow, "experiments/create", {"name": "whole"})]
    begin = {"experiment_id": made[0]["experiment_id"], "start_time": round(time.time() * 1000) + place}
    info = _post(mlflow, "runs/create", begin | {"run_name": f"whole {place}"})["run"]["info"]
    run, now = info["run_id"], round(time.time() * 1000)
    for first in range(0, max(METRICS, PARAMETERS), _AT_ONCE):
        numbers = range(first, first + _AT_ONCE)
        batch: dict[str, Any] = {"run_id": run}
        batch["params"] = [{"key": f"g{n % 9}.param{n}", "value": str(n + place * (n % 2))} for n in numbers]
        batch["metrics"] = [{"key": f"g{n % 9}/m{n}", "value": n / 7, "step": 1, "timestamp": now} for n in numbers]
        batch["tags"] = [{"key": f"tag{n}", "value": str(n)} for n in numbers if n < TAGS]
        _post(mlflow, "runs/log-batch", batch)
    _post(mlflow, "runs/update", {"run_id": run, "status": "FINISHED", "end_time": now})
    root = f"{mlflow}/api/2.0/mlflow-artifacts/artifacts/{info['artifact_uri'].removeprefix('mlflow-artifacts:/')}"
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: requests.put(f"{root}/many/file_{n}.txt", b"x", timeout=60), range(files)))
    return str(run)


def _found(window: Browser, page: str) -> float:
    window.loaded(page, USABLE)
    begin = (
        "const find = document.getElementById('run-parameters-find'); find.value = 'param777';"
        "find.dispatchEvent(new Event('input'))"
    )
    return window.until("document.querySelectorAll('#run-parameters tr').length === 1", begin)


def _asked(address: str) -> float:
    began = time.monotonic()
    requests.get(address, timeout=120).raise_for_status()
    return time.monotonic() - began


def _post(mlflow: str, path: str, body: object) -> Any:
    answer = requests.post(f"{mlflow}/api/2.0/mlflow/{path}", json=body, timeout=60)
    answer.raise_for_status()
    return answer.json()


def _print_line(what: str, seconds: list[float]) -> None:
    row_text = f"| {what} | {statistics.median(seconds):.2f} s | {max(seconds):.2f} s |\n"
    sys.stdout.write(row_text)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
