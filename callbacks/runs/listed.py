"""What a page of runs was told of the list, and whether it has to be told anew."""

from pydantic import BaseModel, ConfigDict

from domain.filters.grammar import Kind
from domain.run_table.table_facts import Progress
from services.tracking.run_store import RunView


class Listed(BaseModel):
    """What a page was told of the list: its version, how many runs there are, and of which columns it has cells.

    A list that is `paged` comes page by page, from `POST /runs/rows`.
    """

    model_config = ConfigDict(frozen=True)

    version: str
    total: int
    columns: frozenset[str]
    paged: bool
    kinds: dict[str, Kind] = {}
    pending: dict[str, int] = {}
    progress: Progress | None = None

    def is_in(self, shown: "Listed | None") -> bool:
        """Returns whether a page that was told `shown` has all of this.

        Not while values of it were still on their way.
        """
        if (
            shown is None
            or shown.pending
            or (self.version, self.total, self.paged) != (shown.version, shown.total, shown.paged)
        ):
            return False
        return self.paged or self.columns <= shown.columns


def listed_of(view: RunView, columns: list[str], native_up_to: int) -> Listed | None:
    """Says what a page is told of `view`; None where nothing is known yet. Beyond `native_up_to` runs it is paged."""
    if view.runs is None:
        return None
    total = len(view.runs)
    return Listed(
        version=view.runs.version,
        total=total,
        columns=frozenset(columns),
        paged=total > native_up_to,
        progress=view.runs.progress,
    )
