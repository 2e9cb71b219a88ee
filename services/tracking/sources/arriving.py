"""Collects runs that are read in pieces, and shows them: the first soon, then rarely enough to slow nothing down."""

import time
from collections.abc import Iterable
from typing import Final

from domain.run_table.arranging import joined_parts
from domain.run_table.arrays.parts import Parts
from domain.run_table.table import RunTable
from domain.run_table.table_facts import Progress, TableFacts
from domain.tracking.runs import BadRow
from services.tracking.run_source import Arrived

# Showing takes at most a twentieth of the time.
_PAUSES: Final = 20.0
_MIN_PAUSE_SECONDS: Final = 1.0


class ArrivingRuns:
    """The runs of a full reading so far; without `arrived` they are not shown until it is complete."""

    def __init__(self, facts: TableFacts, about: int | None, arrived: Arrived | None) -> None:
        self._facts = facts
        self._about = about
        self._arrived = arrived
        self._pieces: list[Parts] = []
        self._bad: dict[str, BadRow] = {}
        self._show_at = 0.0

    @property
    def read(self) -> int:
        """The number of runs so far, counting duplicates twice."""
        return sum(len(piece.runs.run_id) for piece in self._pieces)

    @property
    def is_counted(self) -> bool:
        """Whether the total number is known."""
        return self._about is not None

    def expect(self, about: int) -> None:
        """Sets the approximate total number."""
        self._about = about

    def add(self, piece: Parts, bad: Iterable[BadRow]) -> None:
        """Adds a piece, and shows the runs so far if that is due."""
        self._pieces.append(piece)
        self._bad |= {row.row: row for row in bad}
        began = time.monotonic()
        if self._arrived is not None and began >= self._show_at:
            self._show(self._arrived)
            ended = time.monotonic()
            self._show_at = ended + max(_MIN_PAUSE_SECONDS, _PAUSES * (ended - began))

    def whole(self) -> RunTable:
        """Returns all runs so far as a complete table."""
        return RunTable(self._joined(), self._facts.model_copy(update={"bad_rows": list(self._bad.values())}))

    def _show(self, arrived: Arrived) -> None:
        table = self.whole()
        # A former estimate may be less than there are now.
        about = None if self._about is None else max(self._about, len(table))
        arrived(table.with_facts(progress=Progress(read=len(table), about=about)))

    def _joined(self) -> Parts:
        self._pieces = [joined_parts(self._pieces)]
        return self._pieces[0]


def kept_or_new(known: RunTable | None, table: RunTable) -> RunTable:
    """Returns `table`, or `known` with new facts if the runs are the same."""
    if known is None or known.progress is not None or known.bad_rows != table.bad_rows:
        return table
    if known.facts.only_metrics != table.facts.only_metrics or not known.has_same_runs(table):
        return table
    return known.with_facts(swept_at=table.swept_at, marks=table.marks)
