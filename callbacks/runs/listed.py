"""The version of the run list that a page has, and whether it needs an update."""

from pydantic import BaseModel, ConfigDict

from domain.filters.grammar import Kind
from domain.run_table.table_facts import Progress
from services.tracking.run_store import RunView


class ListState(BaseModel):
    """What a page has of the list: its version, the number of runs, and the columns whose cells it has.

    A `paged` list is sent page by page, by `POST /runs/rows`.
    """

    model_config = ConfigDict(frozen=True)

    version: str
    total: int
    columns: frozenset[str]
    paged: bool
    kinds: dict[str, Kind] = {}
    pending: dict[str, int] = {}
    progress: Progress | None = None

    def is_in(self, shown: "ListState | None") -> bool:
        """Returns whether a page that has `shown` needs no update.

        It does as long as values were still being read.
        """
        if (
            shown is None
            or shown.pending
            or (self.version, self.total, self.paged) != (shown.version, shown.total, shown.paged)
        ):
            return False
        return self.paged or self.columns <= shown.columns


def listed_of(view: RunView, columns: list[str], native_up_to: int) -> ListState | None:
    """Returns what a page gets of `view`; None if nothing is known yet. Beyond `native_up_to` runs it is paged."""
    if view.runs is None:
        return None
    total = len(view.runs)
    return ListState(
        version=view.runs.version,
        total=total,
        columns=frozenset(columns),
        paged=total > native_up_to,
        progress=view.runs.progress,
    )
