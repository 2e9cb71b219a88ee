"""Runs of each library's shape: each logged metric is on screen within two clicks."""

import time
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.browser.page import Page
from tests.tracking import Tracking

SHAPES: Mapping[str, list[str]] = tomllib.loads((Path(__file__).parent / "shapes.toml").read_text())
# The most metrics, the longest names, the most groups, and the most common library.
USUAL = ("rllib", "stable_baselines3")
FOLDS = "return [...document.querySelectorAll('.grid-fold')].map(fold => fold.textContent)"
# What a chart shows of a metric: its line or its single point, also described for screen readers.
SHOWN = """
const box = [...document.querySelectorAll('.grid-section .grid-chart')].find(one => one.dataset.chart === arguments[0]);
if (!box) return 'no chart';
box.scrollIntoView({block: 'center'});
const plot = box.querySelector('.js-plotly-plot');
if (!plot || !plot.calcdata || !plot.calcdata.some(trace => trace[0].x !== undefined)) return '';
return box.querySelector('figcaption').textContent.includes(arguments[0]) || 'its summary is of another';
"""


def logged(tracking: Tracking, keys: list[str]) -> str:
    """Logs a run with three points of each metric."""
    run_id = tracking.run(tracking.experiment(), name="shape", status="RUNNING")
    now = int(time.time() * 1000)
    points = [
        {"key": key, "value": float(step), "timestamp": now, "step": step} for key in keys for step in (10, 20, 30)
    ]
    tracking.post("runs/log-batch", {"run_id": run_id, "metrics": points})
    tracking.end(run_id)
    return run_id


@pytest.mark.parametrize(
    "library", [pytest.param(one, marks=() if one in USUAL else pytest.mark.thorough) for one in SHAPES]
)
def test_every_metric_is_on_screen_within_two_clicks(page: Page, tracking: Tracking, library: str) -> None:
    keys = SHAPES[library]
    page.open(f"/mlflow/runs/{logged(tracking, keys)}")
    page.wait(lambda: page.script(FOLDS))
    # One click opens a section; its charts are drawn as they come into view.
    page.script("document.querySelectorAll('.grid-fold[aria-expanded=false]').forEach(fold => fold.click())")
    for key in keys:
        shown = page.wait(lambda key=key: page.script(SHOWN, key))  # type: ignore[misc]
        assert shown is True, (key, shown)
    # All of them are listed in the table, each with a link to its chart.
    page.wait_for_text(f"{len(keys)} of {len(keys)} metrics", "#run-metrics")
