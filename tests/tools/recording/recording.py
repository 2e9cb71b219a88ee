"""Shared by the recording scripts: a run in MLflow or a folder of event files becomes a small JSON file.

These scripts need the libraries that they record, each in an environment of its own; see docs/tools.md. Tests read
only what they wrote.
"""

import json
import os
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

GOLDEN = Path(__file__).parents[1] / "golden"
_MAX_POINTS = 12


def keep(name: str, package: str, run_name: str, metrics: dict[str, Any], **logged: dict[str, str]) -> None:
    """Writes one run: its name, parameters and tags, and a dozen points of every metric with the first and the last."""
    run = {
        "made_by": f"{package} {version(package)}",
        "run_name": run_name,
        "params": logged.get("params", {}),
        "tags": logged.get("tags", {}),
        "metrics": {key: _thinned(points) for key, points in sorted(metrics.items())},
    }
    (GOLDEN / f"{name}.json").write_text(json.dumps(run, indent=1) + "\n", encoding="utf-8")


def keep_events(name: str, package: str, folder: Path, run_name: str | None = None) -> None:
    """Stores what the event files in `folder` hold, whose name the run gets, as an import would: texts as
    parameters."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folder), size_guidance={"scalars": 0, "tensors": 0})
    events.Reload()
    metrics = {tag: [[one.step, one.value] for one in events.Scalars(tag)] for tag in events.Tags()["scalars"]}
    texts = {
        tag.removesuffix("/text_summary"): events.Tensors(tag)[-1].tensor_proto.string_val[0].decode()
        for tag in events.Tags()["tensors"]
        if tag.endswith("/text_summary")
    }
    keep(name, package, run_name or folder.name, metrics, params=texts)


def scratch_mlflow() -> str:
    """Points MLflow at a database in a temporary folder, and returns its address."""
    import mlflow

    uri = f"sqlite:///{tempfile.mkdtemp()}/mlflow.db"
    os.environ["MLFLOW_TRACKING_URI"] = uri
    mlflow.set_tracking_uri(uri)
    return uri


def keep_newest_run(name: str, package: str, without: str | None = None) -> None:
    """Stores the newest run in the MLflow of `scratch_mlflow`, except metrics that begin with `without`."""
    from mlflow import MlflowClient

    client = MlflowClient()
    [run] = client.search_runs(
        [one.experiment_id for one in client.search_experiments()], order_by=["start_time DESC"], max_results=1
    )
    metrics = {
        key: [[point.step, point.value] for point in client.get_metric_history(run.info.run_id, key)]
        for key in run.data.metrics
        if without is None or not key.startswith(without)
    }
    tags = {key: value for key, value in run.data.tags.items() if not key.startswith("mlflow.")}
    keep(name, package, run.info.run_name, metrics, params=dict(run.data.params), tags=tags)


def _thinned(points: list[list[float]]) -> list[list[float]]:
    """Returns a dozen of the points, evenly, with the first and the last."""
    if len(points) <= _MAX_POINTS:
        return points
    places = sorted({round(at * (len(points) - 1) / (_MAX_POINTS - 1)) for at in range(_MAX_POINTS)})
    return [points[place] for place in places]
