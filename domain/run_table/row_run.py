"""Builds a Run object from one row of the run table."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from domain.run_table.arranging import STATUSES
from domain.run_table.arrays.cells import Cells
from domain.run_table.arrays.parts import Parts
from domain.run_table.arrays.row_metrics import RowMetrics
from domain.run_table.arrays.strings import StringPool
from domain.run_table.columns import NO_TIME
from domain.tools.stated import StatedTool
from domain.tracking.runs import Run

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def run_at(parts: Parts, row: int, stated_tools: Mapping[str, StatedTool]) -> Run:
    """Returns the run of a row; `stated_tools` has the tools that teams set for their experiments, by experiment id."""
    pool, runs = parts.pool, parts.runs
    experiment_id = pool.text(int(runs.experiment_id[row]))
    stated = stated_tools.get(experiment_id)
    return Run.model_construct(
        run_id=pool.text(int(runs.run_id[row])),
        name=pool.text(int(runs.name[row])),
        experiment_id=experiment_id,
        experiment=pool.text(int(runs.experiment[row])),
        status=STATUSES[runs.status[row]],
        started_at=_moment(int(runs.started_us[row])),
        ended_at=_moment(int(runs.ended_us[row])),
        odd_start_ms=_integer(int(runs.odd_start_ms[row])),
        odd_end_ms=_integer(int(runs.odd_end_ms[row])),
        params=_logged(pool, parts.params, row),
        metrics=RowMetrics(pool, parts.metrics, row),
        tags=_logged(pool, parts.tags, row),
        stated_tool=None if stated is None else stated.tool,
    )


def _logged(pool: StringPool, logged: Cells, row: int) -> dict[str, str]:
    place = logged.of_row(row)
    return dict(zip(pool.texts(logged.key[place]), pool.texts(logged.values[0][place]), strict=True))


def _moment(unix_us: int) -> datetime | None:
    return None if unix_us == NO_TIME else _EPOCH + timedelta(microseconds=unix_us)


def _integer(value: int) -> int | None:
    return None if value == NO_TIME else value
