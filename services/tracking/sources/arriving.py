"""Runs that come in pieces, shown as they come: soon the first, and never so often that it slows the rest."""

import time
from collections.abc import Iterable
from typing import Final

from domain.run_table.arranging import joined_parts
from domain.run_table.arrays.parts import Parts
from domain.run_table.table import RunTable
from domain.run_table.table_facts import Progress, TableFacts
from domain.tracking.runs import BadRow
from services.tracking.run_source import Arrived

# To show costs a twentieth of the time at most.
_PAUSES: Final = 20.0
_LEAST_PAUSE_SECONDS: Final = 1.0


class ArrivingRuns:
    """What has come of a full reading; without `arrived` it is shown to nobody before it is whole."""

    def __init__(self, facts: TableFacts, about: int | None, arrived: Arrived | None) -> None:
        self._facts = facts
        self._about = about
        self._arrived = arrived
        self._pieces: list[Parts] = []
        self._bad: dict[str, BadRow] = {}
        self._show_at = 0.0

    @property
    def read(self) -> int:
        """How many runs have come; of those that came twice both count."""
        return sum(len(piece.runs.run_id) for piece in self._pieces)

    @property
    def is_counted(self) -> bool:
        """Whether it is known how many there will be."""
        return self._about is not None

    def expect(self, about: int) -> None:
        """Says how many there will be, more or less."""
        self._about = about

    def add(self, piece: Parts, bad: Iterable[BadRow]) -> None:
        """Adds what came last, and shows what there is when it is time to."""
        self._pieces.append(piece)
        self._bad |= {row.row: row for row in bad}
        began = time.monotonic()
        if self._arrived is not None and began >= self._show_at:
            self._show(self._arrived)
            ended = time.monotonic()
            self._show_at = ended + max(_LEAST_PAUSE_SECONDS, _PAUSES * (ended - began))

    def whole(self) -> RunTable:
        """Returns all that came, as the whole that it is now."""
        return RunTable(self._joined(), self._facts.model_copy(update={"bad_rows": list(self._bad.values())}))

    def _show(self, arrived: Arrived) -> None:
        table = self.whole()
        # A former reading may have found fewer than there are now.
        about = None if self._about is None else max(self._about, len(table))
        arrived(table.with_facts(progress=Progress(read=len(table), about=about)))

    def _joined(self) -> Parts:
        self._pieces = [joined_parts(self._pieces)]
        return self._pieces[0]


def kept_or_new(known: RunTable | None, table: RunTable) -> RunTable:
    """Returns `table`, with the version of `known` where that says the same."""
    if known is None or known.progress is not None or known.bad_rows != table.bad_rows:
        return table
    if known.facts.only_metrics != table.facts.only_metrics or not known.has_same_runs(table):
        return table
    return known.with_facts(swept_at=table.swept_at, marks=table.marks)
