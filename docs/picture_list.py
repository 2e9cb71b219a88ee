"""The pictures of the README and of docs/look: of which page, when it is complete, and how large."""

from typing import Any, NamedTuple

WIDTH = 1440
PHONE = 400


class Picture(NamedTuple):
    """A page, when it is complete, and how tall the picture is; `then` is a script that runs once it is complete."""

    name: str
    path: str
    complete: str
    height: int = 900
    dark: bool = False
    width: int = WIDTH
    then: str = ""


def pictures(runs: list[dict[str, Any]], training: str) -> list[Picture]:
    """Returns the README's pictures."""
    maze = {run["name"]: run["run_id"] for run in runs if run["environment"] == "ClewMaze-10x10-v0"}
    seeds = [maze[name] for name in sorted(maze) if name.startswith(("ppo-default", "ppo-small-net"))]
    compare = f"/mlflow?runs={','.join(seeds)}&grouped=true&smoothing=0.6&centre=iqm"
    return [
        Picture("now", "/", _NOW, 740),
        Picture("now-phone", "/", _NOW, 800, width=PHONE),
        Picture("runs", "/mlflow", f"{_count('#runs-table td.dash-select-cell')} > 20", 860),
        Picture("compare", compare, f"{_drawn(1)} && {_count('.group-metrics')} == 1", 1450),
        Picture("run", f"/mlflow/runs/{maze['dqn-default-seed1']}", _drawn(0), 1000),
        Picture("models", "/models", f"{_count('#models-table td.dash-select-cell')} > 10"),
        Picture("model", "/models/16", f"{_count('#model-policy .bg-success')} == 1", 640),
        Picture("inference", "/inference?model=16&versus=5&play=1", f"{_walked('a')} && {_walked('b')}", 1060),
        Picture("trainings", "/training", f"{_count('#trainings-queue tr')} == 3 && {_count('#training-start')} == 1"),
        Picture("training", f"/training/{training}", f"{_drawn(0)} && {_count('#live-log .live-log-line')} > 2", 960),
        Picture("gpus", "/gpu", _GPUS, 1060, dark=True),
        Picture("gpus-phone", "/gpu", _GPUS, 800, dark=True, width=PHONE),
        Picture("alerts", "/alerts", f"{_count('#alerts-body tbody tr')} > 1", 640),
    ]


def pictures_of_kept() -> list[Picture]:
    """Returns those of GPUs that kept a day."""
    return [Picture("gpu-history", "/gpu/history?by=owner", f"{_drawn(2)} && {_count('#fleet-table td')} > 10", 860)]


def look_pictures(runs: list[dict[str, Any]], training: str) -> list[Picture]:
    """Returns what docs/look shows: every page, some also dark or on a phone."""
    known = {picture.name: picture._replace(dark=False) for picture in pictures(runs, training)}
    run, rows = known["run"], known["runs"].complete
    open_relations = "document.querySelectorAll('.relations-part').forEach(part => { part.open = true; })"
    return [
        *known.values(),
        Picture(
            *("relations", "/mlflow?relations=scatter,parallel", rows, 1000),
            then=_shown(":has(> .relations)", open_relations),
        ),
        Picture(
            *("run-files", run.path, f"{run.complete} && {_count('.artifact-row')} > 0", 460),
            then=_shown("#run-artifacts"),
        ),
        Picture("trash", "/mlflow/trash", f"{_count('#run-trash tbody tr')} > 0", 420),
        known["now"]._replace(name="now-dark", dark=True),
        known["inference"]._replace(name="inference-dark", dark=True),
        known["gpus"]._replace(name="gpus-dark", dark=True),
    ]


def _shown(selector: str, first: str = "") -> str:
    top = f"document.querySelector('{selector}').getBoundingClientRect().top + scrollY - 16"
    return f"{first}; scrollTo({{ top: {top}, behavior: 'instant' }})"


def _count(selector: str) -> str:
    return f"document.querySelectorAll('{selector}').length"


def _drawn(lines: int) -> str:
    plots = "[...document.querySelectorAll('.js-plotly-plot')]"
    complete = f"plot.calcdata.length > {lines} && plot.calcdata.every(line => line.length > 5)"
    return f"{plots}.length > 0 && {plots}.every(plot => plot.calcdata && {complete})"


_NOW = f"{_count('.health-ok')} >= 4 && {_count('.tile-figure')} == 1 && {_count('#front-gpu-gpus li')} == 4"
_GPUS = f"{_drawn(3)} && {_count('#gpus-processes tbody tr')} > 1"


def _walked(side: str) -> str:
    return f"+document.querySelector('#walk-section-{side} [data-part=step]').textContent > 11"
