"""How long each run has been silent, for all runs at once; by the rule of domain/tracking/silence.py."""

from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from domain.moments import latest_ms, plausible
from domain.run_table.columns import NO_TIME
from domain.run_table.table import RunTable
from domain.tracking.runs import RunStatus
from domain.tracking.silence import STALLED_AFTER, is_system_metric

_TIMESTAMP: Final = 2  # the index among a metric's values
_US_PER_MS: Final = 1000.0
_US_PER_MINUTE: Final = 60_000_000.0
_STALLED_US: Final = STALLED_AFTER.total_seconds() * 1e6


def silent_minutes(table: RunTable, now: datetime) -> NDArray[np.float64]:
    """Returns for how many minutes each run has logged nothing [n]; NaN where that is too short to matter."""
    rows = table.rows_with_status(RunStatus.RUNNING)
    last, logged = _last_logged(table, rows, now)
    started = table.parts.runs.started_us[rows]
    since = np.where(last >= 0, last * _US_PER_MS, np.where(logged | (started == NO_TIME), np.nan, started))
    silence = round(now.timestamp() * 1e6) - since
    minutes = np.full(len(table), np.nan)
    minutes[rows] = np.where(silence > _STALLED_US, silence // _US_PER_MINUTE, np.nan)
    return minutes


def _last_logged(table: RunTable, rows: NDArray[np.intp], now: datetime) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Returns when each of these rows logged last by a plausible clock, else -1; and whether it logged at all."""
    cells = table.parts.metrics
    counts = np.diff(cells.starts)[rows]
    place = np.repeat(np.arange(len(rows)), counts)
    begins = np.cumsum(counts) - counts
    chosen = np.repeat(cells.starts[:-1][rows] - begins, counts) + np.arange(counts.sum())
    keys = table.texts(cells.keys)
    machine = np.array([is_system_metric(key) for key in keys], np.bool_)
    own = ~machine[np.searchsorted(cells.keys, cells.key[chosen])] if len(chosen) else np.zeros(0, np.bool_)
    moments = cells.values[_TIMESTAMP][chosen].astype(np.int64)
    last, logged = np.full(len(rows), -1, np.int64), np.zeros(len(rows), np.bool_)
    logged[place[own]] = True
    is_plausible = own & plausible(moments, latest_ms(now))
    np.maximum.at(last, place[is_plausible], moments[is_plausible])
    return last, logged
