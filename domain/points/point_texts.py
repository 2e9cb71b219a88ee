"""Columns of points as texts, in batches, for files that hold millions of them."""

from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from domain.tracking.history import History
from domain.tracking.outcomes import NotFinite

# About 1 MB of text.
POINTS_AT_ONCE: Final = 10_000


def parts(history: History) -> Iterator[slice]:
    """Yields slices of a history's rows, each of at most `POINTS_AT_ONCE`."""
    for start in range(0, len(history), POINTS_AT_ONCE):
        yield slice(start, start + POINTS_AT_ONCE)


def texts(column: NDArray[Any], *, not_finite: bytes | None = None) -> list[bytes]:
    """Returns each number in its shortest exact form; `not_finite` in place of NaN and infinity."""
    written = orjson.dumps(np.ascontiguousarray(column), option=orjson.OPT_SERIALIZE_NUMPY)[1:-1]
    cells = written.split(b",") if written else []
    if column.dtype.kind == "f":
        for row in np.flatnonzero(~np.isfinite(column)).tolist():
            cells[row] = NotFinite.of(float(column[row])).encode() if not_finite is None else not_finite
    return cells


def rows(before: bytes, columns: Sequence[list[bytes]]) -> bytes:
    """Returns lines of a CSV file, each beginning with the cells `before`."""
    cells = zip(repeat(before), *columns, strict=False) if before else zip(*columns, strict=True)
    return b"".join([b",".join(line) + b"\r\n" for line in cells])
