"""Columns that the list does not contain, from MLflow's database: one metric of all runs, or all metrics of a few."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import and_, case, false, func, select

from domain.points.extremes import Extremes as MetricExtremes
from domain.run_table.columns import MetricColumn
from domain.tracking.runs import LatestMetric
from mlflow_api.schemas import LARGEST_FLOAT
from services.database.mlflow_database import MlflowDatabase
from services.tracking.run_source import ExtremeColumns
from services.tracking.sources.mlflow_tables import LATEST, METRICS, MlflowTables
from services.tracking.sources.run_rows import column_in, in_pieces, rows_of, values_in

_RUN, _VALUE, _STEP, _TIMESTAMP, _IS_NAN = range(5)
# Infinity is stored as the largest float, and is left out, as in a history.
_IS_NUMBER = and_(METRICS.c.is_nan == false(), METRICS.c.value > -LARGEST_FLOAT, METRICS.c.value < LARGEST_FLOAT)


class DatabaseColumns:
    """The columns of an MLflow database, as a `ColumnReader`."""

    def __init__(self, database: MlflowDatabase) -> None:
        self._database = database

    def metric(self, key: str, run_ids: Sequence[str]) -> MetricColumn:
        """Implements `ColumnReader`."""
        columns = [LATEST.c[name] for name in ("run_uuid", "value", "step", "timestamp", "is_nan")]
        with self._database.connected() as connection:
            rows = rows_of(connection, select(*columns).where(LATEST.c.key == key))
        ours, places = _placed(rows, run_ids)
        logged = np.zeros(len(run_ids), np.bool_)
        logged[places] = True
        values = values_in(ours, _VALUE, column_in(ours, _IS_NAN, np.bool_))
        step, timestamp = (column_in(ours, place, np.int64) for place in (_STEP, _TIMESTAMP))
        value, step, timestamp = (_spread(one, places, len(run_ids)) for one in (values, step, timestamp))
        return MetricColumn(value, step, timestamp, logged)

    def extremes(self, key: str, run_ids: Sequence[str]) -> ExtremeColumns:
        """Implements `ColumnReader`."""
        bounds = (func.min(METRICS.c.value), func.max(METRICS.c.value))
        query = select(METRICS.c.run_uuid, *bounds).where(METRICS.c.key == key, _IS_NUMBER).group_by(METRICS.c.run_uuid)
        with self._database.connected() as connection:
            ours, places = _placed(rows_of(connection, query), run_ids)
        found = [np.full(len(run_ids), np.nan) for _bound in bounds]
        for place, column in enumerate(found, start=1):
            column[places] = column_in(ours, place, np.float64)
        return ExtremeColumns(*found)

    def extremes_of_run(self, run_id: str, keys: Sequence[str]) -> dict[str, MetricExtremes]:
        """Implements `ColumnReader`."""
        number = case((_IS_NUMBER, METRICS.c.value))
        query = select(METRICS.c.key, func.min(number), func.max(number), func.count()).group_by(METRICS.c.key)
        with self._database.connected() as connection:
            MlflowTables(connection)
            rows = rows_of(connection, query.where(METRICS.c.run_uuid == run_id, METRICS.c.key.in_(keys)))
        least, greatest = (column_in(rows, place, np.float64) for place in (1, 2))
        return {
            row[0]: MetricExtremes(_number(low), _number(high), row[3])
            for row, low, high in zip(rows, least.tolist(), greatest.tolist(), strict=True)
        }

    def latest(self, run_ids: Sequence[str]) -> dict[str, dict[str, LatestMetric]]:
        """Implements `ColumnReader`."""
        columns = [LATEST.c[name] for name in ("run_uuid", "value", "step", "timestamp", "is_nan", "key")]
        found: dict[str, dict[str, LatestMetric]] = {run_id: {} for run_id in run_ids}
        with self._database.connected() as connection:
            for piece in in_pieces(run_ids):
                rows = rows_of(connection, select(*columns).where(LATEST.c.run_uuid.in_(piece)))
                values = values_in(rows, _VALUE, column_in(rows, _IS_NAN, np.bool_))
                for row, value in zip(rows, values.tolist(), strict=True):
                    point = LatestMetric(value=value, step=row[_STEP], timestamp=row[_TIMESTAMP])
                    found[row[_RUN]][row[-1]] = point
        return found


def _placed(rows: Sequence[tuple[Any, ...]], run_ids: Sequence[str]) -> tuple[list[tuple[Any, ...]], NDArray[np.intp]]:
    """Returns the rows of these runs, and the place of each in `run_ids`."""
    place_of = {run_id: place for place, run_id in enumerate(run_ids)}
    ours = [row for row in rows if row[_RUN] in place_of]
    return ours, np.array([place_of[row[_RUN]] for row in ours], np.intp)


def _number(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _spread(column: NDArray[Any], places: NDArray[np.intp], length: int) -> NDArray[Any]:
    whole = np.zeros(length, column.dtype)
    whole[places] = column
    return whole
