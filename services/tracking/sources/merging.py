"""What became of a list of runs: what is known, with what was read meanwhile."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime

import numpy as np

from domain.run_table.table import RunTable
from domain.tracking.runs import BadRow


def merged(
    known: RunTable,
    fresh: Collection[RunTable],
    gone: Collection[str],
    bad: Iterable[BadRow],
    marks: dict[str, list[str]],
) -> RunTable:
    """Returns `known` with what is fresh and without what is gone; the very same object where that says the same."""
    bad_rows = _still_bad(known.bad_rows, fresh, bad)
    news = [changed for table in fresh if len(changed := _changed(known, table))]
    if not news and not gone and bad_rows == known.bad_rows:
        return known if marks == known.marks else known.with_facts(marks=marks)
    table = RunTable.joined([known.without(gone), *news], known.facts)
    return table.with_facts(version=datetime.now(UTC).isoformat(), bad_rows=bad_rows, marks=marks)


def _still_bad(known: list[BadRow], fresh: Collection[RunTable], bad: Iterable[BadRow]) -> list[BadRow]:
    """Returns those that were known and could not be read now either, and the new ones."""
    left = {row.row: row for row in known if not any(row.row in table for table in fresh)}
    for row in bad:
        left.setdefault(row.row, row)
    return list(left.values())


def _changed(known: RunTable, table: RunTable) -> RunTable:
    """Returns the runs of `table` that say something else than is known.

    There are few of them, and to join all is work.
    """
    if (only := known.facts.only_metrics) is not None:  # what was not read of the others would look like news
        metrics = table.parts.metrics.only([table.parts.pool.find(key) for key in only])
        table = RunTable(table.parts._replace(metrics=metrics), table.facts)
    rows = [row for row, run in enumerate(table.runs()) if run != known.get(run.run_id)]
    return table.take(np.array(rows, np.intp))
