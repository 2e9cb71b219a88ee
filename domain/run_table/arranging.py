"""Converts runs to the arrays of a table, and joins the arrays of several tables."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from domain.moments import in_utc
from domain.run_table.arrays.cells import Cells, Rows, Values, stacked
from domain.run_table.arrays.parts import Parts, RunColumns
from domain.run_table.arrays.strings import Codes, StringPool
from domain.run_table.columns import NO_TIME
from domain.tracking.runs import Run, RunStatus

STATUSES: Final = tuple(RunStatus)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def parts_of(runs: Iterable[Run]) -> Parts:
    """Returns the arrays of these runs; if an id is repeated, its last run is used."""
    rows = list({run.run_id: run for run in runs}.values())
    pool = StringPool.of(_texts(rows))
    code_of = {text: code for code, text in enumerate(pool.texts())}
    return parts_in_list_order(
        pool,
        RunColumns(
            run_id=_codes((run.run_id for run in rows), code_of),
            name=_codes((run.name for run in rows), code_of),
            experiment_id=_codes((run.experiment_id for run in rows), code_of),
            experiment=_codes((run.experiment for run in rows), code_of),
            status=np.array([STATUSES.index(run.status) for run in rows], np.int8),
            started_us=_integers(_micros(run.started_at) for run in rows),
            ended_us=_integers(_micros(run.ended_at) for run in rows),
            odd_start_ms=_integers(run.odd_start_ms for run in rows),
            odd_end_ms=_integers(run.odd_end_ms for run in rows),
        ),
        _metric_cells(rows, code_of),
        _text_cells([run.params for run in rows], code_of),
        _text_cells([run.tags for run in rows], code_of),
    )


def joined_parts(tables: Sequence[Parts]) -> Parts:
    """Joins the runs of several tables; for a run in more than one, the last table is used."""
    if not tables:
        return parts_of([])
    # The largest takes the others in: that is the known table, or what was read so far.
    largest = max(range(len(tables)), key=lambda number: tables[number].pool.size)
    others = [number for number in range(len(tables)) if number != largest]
    pool, codes = tables[largest].pool.joined([tables[number].pool for number in others])
    code_of = dict(zip([largest, *others], codes, strict=True))
    alike = [_recoded(table, pool, code_of[number]) for number, table in enumerate(tables)]
    runs = RunColumns._make(map(np.concatenate, zip(*(table.runs for table in alike), strict=True)))
    kept = np.sort(len(runs.run_id) - 1 - np.unique(runs.run_id[::-1], return_index=True)[1])
    parts = Parts(
        pool,
        runs,
        np.zeros(0, np.int32),
        *(stacked([table[place] for table in alike]) for place in (_METRICS, _PARAMS, _TAGS)),  # type: ignore[misc]
    )
    return chosen_parts(parts, kept)


def chosen_parts(parts: Parts, rows: Rows) -> Parts:
    """Returns the arrays of some of the runs, without the texts that only others have."""
    runs = parts.runs.take(rows)
    order = _list_order(runs)
    rows = rows[order]
    cells = [part.take(rows) for part in (parts.metrics, parts.params, parts.tags)]
    whole = Parts(parts.pool, runs.take(order), parts.by_id, *cells)
    used = np.zeros(parts.pool.size, np.bool_)
    for codes in _all_codes(whole):
        used[codes] = True
    pool, codes = parts.pool.only(used)
    found = _recoded(whole, pool, codes)
    return found._replace(by_id=_by_id(found.runs))


_METRICS, _PARAMS, _TAGS = (Parts._fields.index(name) for name in ("metrics", "params", "tags"))


def parts_in_list_order(pool: StringPool, runs: RunColumns, metrics: Cells, params: Cells, tags: Cells) -> Parts:
    """Returns the arrays of a table, in the order of the list."""
    order = _list_order(runs)
    runs = runs.take(order)
    return Parts(pool, runs, _by_id(runs), metrics.take(order), params.take(order), tags.take(order))


def _list_order(runs: RunColumns) -> Rows:
    """Returns the order of the list: newest start first, missing ones last; ties by run id, so that it is
    deterministic.
    """
    # Missing times are the least integer, and the largest time comes first.
    return np.lexsort((runs.run_id, -np.maximum(runs.started_us, NO_TIME + 1)))


def _by_id(runs: RunColumns) -> NDArray[np.int32]:
    return np.argsort(runs.run_id, kind="stable").astype(np.int32)


def _recoded(parts: Parts, pool: StringPool, codes: Codes) -> Parts:
    params, tags = (cells._replace(values=(codes[cells.values[0]],)) for cells in (parts.params, parts.tags))
    return parts._replace(
        pool=pool,
        runs=parts.runs.recoded(codes),
        metrics=parts.metrics.recoded(codes),
        params=params.recoded(codes),
        tags=tags.recoded(codes),
    )


def _all_codes(parts: Parts) -> list[NDArray[np.generic]]:
    runs = parts.runs
    texts = [cells.values[0] for cells in (parts.params, parts.tags)]
    keys = [cells.keys for cells in (parts.metrics, parts.params, parts.tags)]
    return [runs.run_id, runs.name, runs.experiment_id, runs.experiment, *texts, *keys]


def _texts(runs: Sequence[Run]) -> set[str]:
    """Returns the set of texts: most keys and values of a run repeat those of the previous one."""
    found: set[str] = set()
    for run in runs:
        found.update((run.run_id, run.name, run.experiment_id, run.experiment))
        found.update(run.metrics, run.params, run.params.values(), run.tags, run.tags.values())
    return found


def _codes(texts: Iterable[str], code_of: Mapping[str, int]) -> Codes:
    return np.array([code_of[text] for text in texts], np.int32)


def _integers(values: Iterable[int | None]) -> NDArray[np.int64]:
    return np.array([NO_TIME if value is None else value for value in values], np.int64)


def _micros(moment: datetime | None) -> int | None:
    return None if moment is None else (in_utc(moment) - _EPOCH) // _MICROSECOND


def _metric_cells(runs: Sequence[Run], code_of: Mapping[str, int]) -> Cells:
    points = [point for run in runs for point in run.metrics.values()]
    value = np.array([point.value for point in points], np.float64)
    value[np.isnan(value)] = np.nan  # one bit pattern for all NaN, because columns are compared bit by bit
    step = np.array([point.step for point in points], np.int64)
    timestamp = np.array([point.timestamp for point in points], np.int64)
    return _cells([run.metrics for run in runs], code_of, (value, step, timestamp))


def _text_cells(logged: Sequence[Mapping[str, str]], code_of: Mapping[str, int]) -> Cells:
    values = _codes((value for row in logged for value in row.values()), code_of)
    return _cells(logged, code_of, (values,))


def _cells(logged: Sequence[Mapping[str, object]], code_of: Mapping[str, int], values: Values) -> Cells:
    row = np.repeat(np.arange(len(logged)), [len(keys) for keys in logged])
    return Cells.of(row, _codes((key for keys in logged for key in keys), code_of), values, len(logged))
