"""The run that another one is compared with: its parent, the previous one, or one that a user names."""

from typing import Final

import numpy as np

from domain.run_table.table import RunTable
from domain.tracking.runs import Run

_SHORTEST_ID: Final = 4


def usual_reference(run: Run, table: RunTable) -> Run | None:
    """Returns the run's parent, else the previous run of its experiment; None where it is the first."""
    parent = None if run.parent_id is None else table.get(run.parent_id)
    row = table.row_of(run.run_id)
    if parent is not None or row is None:
        return parent
    experiments = table.parts.runs.experiment
    earlier = np.flatnonzero(experiments[row + 1 :] == experiments[row])  # the newest start is first
    return table.run(row + 1 + int(earlier[0])) if len(earlier) else None


def runs_called(typed: str, table: RunTable, beside: str, most: int) -> list[Run]:
    """Returns up to `most` runs that a text may mean: by id, by name, else by a part of either; `beside` is left out.

    Only the best kind of match is returned; runs of one name are ordered newest first.
    """
    text = typed.strip()
    if (exact := table.get(text)) is not None:
        return [exact]
    names = table.text_column(table.parts.runs.name)
    folded = [name.casefold() for name in names.values]
    sought = text.casefold()
    for fits in (lambda name: name == sought, lambda name: sought in name):
        codes = [code for code, name in enumerate(folded) if fits(name)]
        rows = np.flatnonzero(np.isin(names.codes, codes)) if codes and sought else np.zeros(0, np.intp)
        found = _without(beside, table, rows, most)
        if found:
            return found
    if len(text) < _SHORTEST_ID:
        return []
    begins = (row for row, run_id in enumerate(table.run_ids) if run_id.startswith(text))
    return _without(beside, table, np.fromiter(begins, np.intp), most)


def _without(beside: str, table: RunTable, rows: np.ndarray, most: int) -> list[Run]:
    runs = table.runs(rows[: most + 1].tolist())
    return [run for run in runs if run.run_id != beside][:most]
