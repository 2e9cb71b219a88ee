"""Times an activation as a person sees it: from the click on Activate until the badge has moved.

    python -m bench.activation

Each policy is another file, checked for the first time. A person selects the row a second before the click; "at
once" clicks as soon as the button allows it. Starts an MLflow and a Clew of its own.
"""

import statistics
import sys
import tempfile
from pathlib import Path

from bench.clew_process import clew
from bench.headless import Browser, browser, soon
from tests.registry import Registry
from tests.tracking import Tracking
from training.scratch_server import free_port, mlflow_server

POLICIES = sorted((Path(__file__).parents[1] / "training" / "sample_data" / "models").glob("*10x10*/*/policy.onnx"))
ROW = "[...document.querySelectorAll('#models-table tbody tr')].find(r => r.querySelector('td[data-dash-column=\"model_id\"]')?.innerText.trim() === '{}')"  # fmt: skip  # noqa: E501
STATE = ROW + "?.querySelector('td[data-dash-column=\"state_name\"]')?.innerText.trim() === 'active'"
ACTIVATE = "document.querySelector('#models-activate')"


def main() -> None:
    """Registers every 10×10 policy of the samples, activates each once, and prints the times."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, mlflow_server(Path(folder)) as mlflow:
        registry = Registry(Tracking(mlflow), "bench")
        ids = [registry.version(policy.read_bytes()) for policy in POLICIES]
        with clew(mlflow, free_port(), MODEL_NAME="bench") as address, browser() as window:
            window.loaded(f"{address}/models", ROW.format(ids[0]))
            half = len(ids) // 2
            _report("a second after the choice", [_activate(window, one, 1.0) for one in ids[:half]])
            _report("at once", [_activate(window, one, 0.0) for one in ids[half:]])
            _report("checked before, at once", [_activate(window, one, 0.0) for one in ids[:half]])


def _activate(window: Browser, model_id: str, pause_seconds: float) -> float:
    choose = f"{ROW.format(model_id)}.querySelector('input[type=radio]').click()"
    window.until(f"!{ACTIVATE}.disabled && !({STATE.format(model_id)})", choose)
    soon(pause_seconds)
    return window.until(STATE.format(model_id), f"{ACTIVATE}.click()")


def _report(name: str, seconds: list[float]) -> None:
    times = " ".join(f"{one:.2f}" for one in seconds)
    sys.stdout.write(f"{name:30} {statistics.median(seconds):5.2f} s  [{times}]\n")


if __name__ == "__main__":
    main()
