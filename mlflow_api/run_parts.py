"""Converts a page of runs to the columns of a run table, a column at a time: a model per value costs seconds a page."""

import re
from collections.abc import Sequence
from itertools import chain
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from domain.errors import BadResponse
from domain.run_table.arranging import STATUSES, parts_of
from domain.run_table.arrays.parts import Parts
from domain.run_table.columns import NO_TIME
from domain.run_table.raw_runs import RawMetrics, RawRuns, RawTexts
from domain.tracking.runs import BadRow
from mlflow_api.histories.columns import as_logged, integers, numbers
from mlflow_api.schemas import Experiment, bad_row_of, run_of

# Stricter than `schemas`, which handles unusual ids.
_RUN_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_STATUS_CODE: Final = {status.value: code for code, status in enumerate(STATUSES)}
Rows = Sequence[dict[str, Any]]


class _Odd(Exception):
    """Something in the page is invalid; `schemas` finds the row."""


class _Logged(NamedTuple):
    """Parameters, tags or metrics of runs: the row of each entry, its key, and the raw entries."""

    row: NDArray[np.intp]
    keys: list[str]
    entries: list[dict[str, Any]]


def parts_of_rows(rows: Sequence[Any], experiments: dict[str, Experiment]) -> tuple[Parts, list[BadRow]]:
    """Returns the runs of a page as the arrays of a table, and the invalid rows."""
    try:
        return _in_columns(rows, experiments), []
    except (_Odd, BadResponse):
        return _one_by_one(rows, experiments)


def _one_by_one(rows: Sequence[Any], experiments: dict[str, Experiment]) -> tuple[Parts, list[BadRow]]:
    runs, bad = [], []
    for row in rows:
        try:
            runs.append(run_of(row, experiments))
        except ValidationError as error:
            bad.append(bad_row_of(row, error))
    return parts_of(runs), bad


def _in_columns(rows: Sequence[Any], experiments: dict[str, Experiment]) -> Parts:
    _need(rows, dict)
    infos = _need([row.get("info") for row in rows], dict)
    data = _need([row.get("data", {}) for row in rows], dict)
    metrics, params, tags = (_logged(data, name) for name in ("metrics", "params", "tags"))
    ids, names, groups = (
        _texts(infos, name, default) for name, default in (("run_id", None), ("run_name", ""), ("experiment_id", None))
    )
    if not all(map(_RUN_ID.fullmatch, ids)) or len(set(ids)) != len(ids):
        raise _Odd
    return RawRuns(
        run_id=ids,
        name=names,
        experiment_id=groups,
        experiment=[experiments[group].name if group in experiments else group for group in groups],
        status=_statuses(infos),
        start_ms=_moments(infos, "start_time"),
        end_ms=_moments(infos, "end_time"),
        metrics=RawMetrics(
            metrics.row,
            metrics.keys,
            as_logged(numbers(metrics.entries, "value")),
            integers(metrics.entries, "step"),
            integers(metrics.entries, "timestamp"),
        ),
        params=RawTexts(params.row, params.keys, _texts(params.entries, "value", "")),
        tags=RawTexts(tags.row, tags.keys, _texts(tags.entries, "value", "")),
    ).parts()


def _need(values: Sequence[Any], kind: type) -> Sequence[Any]:
    if set(map(type, values)) - {kind}:
        raise _Odd
    return values


def _logged(data: Rows, name: str) -> _Logged:
    lists = _need([one.get(name, []) for one in data], list)
    entries = list(chain.from_iterable(lists))
    _need(entries, dict)
    row = np.repeat(np.arange(len(lists)), [len(one) for one in lists])
    keys = _texts(entries, "key", None)
    if len(set(zip(row.tolist(), keys, strict=True))) != len(keys):
        raise _Odd
    return _Logged(row, keys, entries)


def _texts(rows: Rows, name: str, default: str | None) -> list[str]:
    return list(_need([row.get(name, default) for row in rows], str))


def _statuses(infos: Rows) -> NDArray[np.int8]:
    codes = [_STATUS_CODE.get(status, -1) for status in _texts(infos, "status", None)]
    if -1 in codes:
        raise _Odd
    return np.array(codes, np.int8)


def _moments(infos: Rows, name: str) -> NDArray[np.int64]:
    values = [info.get(name) for info in infos]
    if set(map(type, values)) - {int, type(None)}:
        raise _Odd
    try:
        return np.array([NO_TIME if moment is None else moment for moment in values], np.int64)
    except OverflowError as error:
        raise _Odd from error
