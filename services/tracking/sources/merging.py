"""Merges a known table of runs with what was read since."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime

import numpy as np

from domain.run_table.table import RunTable
from domain.tracking.runs import BadRow


def merged(
    known: RunTable,
    fresh: Collection[RunTable],
    deleted: Collection[str],
    bad: Iterable[BadRow],
    marks: dict[str, list[str]],
) -> RunTable:
    """Returns `known` with the fresh runs and without the deleted ones; the same object if nothing changed."""
    bad_rows = _still_bad(known.bad_rows, fresh, bad)
    changed = [part for table in fresh if len(part := _changed(known, table))]
    if not changed and not deleted and bad_rows == known.bad_rows:
        return known if marks == known.marks else known.with_facts(marks=marks)
    table = RunTable.joined([known.without(deleted), *changed], known.facts)
    return table.with_facts(version=datetime.now(UTC).isoformat(), bad_rows=bad_rows, marks=marks)


def _still_bad(known: list[BadRow], fresh: Collection[RunTable], bad: Iterable[BadRow]) -> list[BadRow]:
    """Returns the invalid rows that are still invalid, and the new ones."""
    left = {row.row: row for row in known if not any(row.row in table for table in fresh)}
    for row in bad:
        left.setdefault(row.row, row)
    return list(left.values())


def _changed(known: RunTable, table: RunTable) -> RunTable:
    """Returns the runs of `table` that differ from the known ones; there are few, and joining all is expensive."""
    # metrics that were not read of the other runs would count as changes
    if (only := known.facts.only_metrics) is not None:
        metrics = table.parts.metrics.only([table.parts.pool.find(key) for key in only])
        table = RunTable(table.parts._replace(metrics=metrics), table.facts)
    rows = [row for row, run in enumerate(table.runs()) if run != known.get(run.run_id)]
    return table.take(np.array(rows, np.intp))
