"""Rows of metric points as NumPy columns: validated a column at a time, in one order regardless of the source."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from domain.errors import BadResponse
from domain.errors.answers import NotA64BitInteger, NotANumber, NotARow
from domain.tracking.history import EMPTY, History
from mlflow_api.schemas import LARGEST_FLOAT, SERVICE

_NON_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def from_rows(rows: Sequence[Any]) -> History:
    """Makes a history of MLflow's JSON rows; raises `BadResponse` that names the first invalid row and field.

    One check per column, none per point: a pydantic model per point costs 8.5 s for 3 million of them.
    """
    if set(map(type, rows)) - {dict}:
        raise BadResponse(SERVICE, "metrics", NotARow())
    return in_order(integers(rows, "step"), numbers(rows, "value"), integers(rows, "timestamp"))


def in_order(step: NDArray[np.int64], value: NDArray[np.float64], timestamp: NDArray[np.int64]) -> History:
    """Returns the columns sorted by step, timestamp and value, as MLflow's database sorts them, which stores a NaN as
    0.

    The largest finite floats are the infinities that MLflow's store could not hold.
    """
    if not (step[1:] > step[:-1]).all():
        is_nan = np.isnan(value)
        order = np.lexsort((is_nan, np.where(is_nan, 0.0, value), timestamp, step))
        step, value, timestamp = step[order], value[order], timestamp[order]
    return History(step=step, value=as_logged(value), timestamp=timestamp)


def as_logged(value: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns the values as logged, undoing the loss of infinities in MLflow's store; all NaNs become the same one."""
    # Most have neither, and copying a long history costs megabytes.
    if (is_nan := np.isnan(value)).any():
        value = np.where(is_nan, np.nan, value)
    if (is_infinite := (value >= LARGEST_FLOAT) | (value <= -LARGEST_FLOAT)).any():
        value = np.where(is_infinite, np.copysign(np.inf, value), value)
    return value


def joined(parts: Iterable[History]) -> History:
    """Returns the parts one after the other; each starts after the one before ends."""
    kept = [EMPTY, *parts]
    return History(
        step=np.concatenate([part.step for part in kept]),
        value=np.concatenate([part.value for part in kept]),
        timestamp=np.concatenate([part.timestamp for part in kept]),
    )


def integers(rows: Sequence[dict[str, Any]], name: str) -> NDArray[np.int64]:
    """Returns one field of JSON rows as 64-bit integers, 0 if absent; raises `BadResponse`."""
    column = [row.get(name, 0) for row in rows]
    # NumPy would silently cut 1.5 to 1.
    if set(map(type, column)) <= {int}:
        try:
            return np.array(column, np.int64)
        except OverflowError:
            pass
    wrong = next(i for i, cell in enumerate(column) if type(cell) is not int or not -(2**63) <= cell < 2**63)
    raise BadResponse(SERVICE, f"metrics.{wrong}.{name}", NotA64BitInteger())


def numbers(rows: Sequence[dict[str, Any]], name: str) -> NDArray[np.float64]:
    """Returns one field of JSON rows as floats, as MLflow spells them; raises `BadResponse`."""
    column = [row.get(name) for row in rows]
    kinds = set(map(type, column))
    if str in kinds:
        column = [_NON_FINITE.get(cell, cell) if type(cell) is str else cell for cell in column]
        kinds = set(map(type, column))
    if kinds <= {float, int}:
        return np.array(column, np.float64)
    wrong = next(i for i, cell in enumerate(column) if type(cell) not in (float, int))
    raise BadResponse(SERVICE, f"metrics.{wrong}.{name}", NotANumber())
