"""Metric histories from MLflow: exact, as columns, in few requests.

`get-history-bulk-interval` is the endpoint of MLflow's own pages: up to 100 runs at once, at most 2,500 rows a run, and
a sample where there are more. A window that comes back full is therefore not exact and is read again in smaller ones.
Where the endpoint is missing, the public `get-history` answers, page by page.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from domain.errors import BadInput, BadResponse, NotFound
from domain.history import EMPTY, History
from services.mlflow_rest import LARGEST_FLOAT, SERVICE, MlflowRest, validated

_INTERVAL = "/ajax-api/2.0/mlflow/metrics/get-history-bulk-interval"
_ROWS = 2_500
_RUNS_PER_CALL = 100
# Without a step range SQLite scans the key of all runs. MLflow's steps are 64-bit, its parser takes this much.
FIRST_STEP, LAST_STEP = -(2**53), 2**53


class _Rows(BaseModel):
    metrics: list[Any] = []
    next_page_token: str = ""


class _Columns(BaseModel):
    step: list[int]
    value: list[float]
    timestamp: list[int]


def histories(mlflow: MlflowRest, run_ids: Sequence[str], key: str, from_step: int = FIRST_STEP) -> dict[str, History]:
    """The full history of metric `key` of each run from `from_step` on; a run that never logged it has an empty one."""
    try:
        return {
            run_id: found
            for start in range(0, len(run_ids), _RUNS_PER_CALL)
            for run_id, found in _by_intervals(mlflow, run_ids[start : start + _RUNS_PER_CALL], key, from_step).items()
        }
    except (NotFound, BadInput, BadResponse):
        return {run_id: _by_pages(mlflow, run_id, key, from_step) for run_id in run_ids}


def _by_intervals(mlflow: MlflowRest, run_ids: Sequence[str], key: str, from_step: int) -> dict[str, History]:
    first = _window(mlflow, run_ids, key, from_step, LAST_STEP)
    return {
        run_id: found if len(found) < _ROWS else _in_smaller_windows(mlflow, run_id, key, from_step, found)
        for run_id, found in first.items()
    }


def _in_smaller_windows(mlflow: MlflowRest, run_id: str, key: str, from_step: int, sample: History) -> History:
    """Walks from the sample's first step to its last in windows that fit, each sized by the one before."""
    parts: list[History] = []
    start, last = max(from_step, int(sample.step[0])), int(sample.step[-1])
    width = last - start + 1
    while start <= last:
        found = _window(mlflow, [run_id], key, start, start + width - 1)[run_id]
        if len(found) >= _ROWS and width == 1:
            raise BadInput(f"more than {_ROWS} values share step {start}")
        if len(found) >= _ROWS:
            width = max(1, width // 2)
            continue
        parts.append(found)
        start += width
        width *= 2 if len(found) < _ROWS // 3 else 1
    return _joined(parts)


def _window(mlflow: MlflowRest, run_ids: Sequence[str], key: str, first: int, last: int) -> dict[str, History]:
    query = {"run_ids": run_ids, "metric_key": key, "start_step": first, "end_step": last, "max_results": _ROWS}
    rows = validated(_Rows, mlflow.get(_INTERVAL, query)).metrics
    by_run: dict[str, list[Any]] = {run_id: [] for run_id in run_ids}
    for row in rows:
        if not isinstance(row, dict) or row.get("run_id") not in by_run:
            raise BadResponse(SERVICE, "metrics.run_id", "is none of the runs asked for")
        by_run[row["run_id"]].append(row)
    return {run_id: _history(found) for run_id, found in by_run.items()}


def _by_pages(mlflow: MlflowRest, run_id: str, key: str, from_step: int) -> History:
    rows: list[Any] = []
    token = ""
    while True:
        query = {"run_id": run_id, "metric_key": key, "max_results": 25_000}
        page = validated(_Rows, mlflow.get_api("metrics/get-history", query | ({"page_token": token} if token else {})))
        rows += page.metrics
        token = page.next_page_token
        if not token:
            break
    whole = _history(rows)
    return whole.from_step(from_step)


def _history(rows: Iterable[Any]) -> History:
    """Rows as columns in order of step, the order of logging kept within a step."""
    rows = list(rows)
    if not all(isinstance(row, dict) for row in rows):
        raise BadResponse(SERVICE, "metrics", "holds something that is no row")
    # One model for the columns, not one per point: 3 million points would take 8.5 s.
    columns = validated(
        _Columns,
        {
            "step": [row.get("step", 0) for row in rows],
            "value": [row.get("value") for row in rows],
            "timestamp": [row.get("timestamp", 0) for row in rows],
        },
    )
    step = np.array(columns.step, np.int64)
    order = np.argsort(step, kind="stable")
    return History(
        step=step[order],
        value=_as_logged(np.array(columns.value, np.float64)[order]),
        timestamp=np.array(columns.timestamp, np.int64)[order],
    )


def _as_logged(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """MLflow's store cannot hold an infinity and keeps the largest float instead."""
    return np.where(np.abs(values) >= LARGEST_FLOAT, np.copysign(np.inf, values), values)


def _joined(parts: Iterable[History]) -> History:
    whole = EMPTY
    for part in parts:
        whole = whole.followed_by(part)
    return whole
