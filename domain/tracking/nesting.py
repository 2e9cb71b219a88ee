"""Nested runs by MLflow's tag: a search and its trials, an experiment and its seeds."""

from typing import NamedTuple

from domain.run_table.table import RunTable
from domain.tracking.runs import Run


class Family(NamedTuple):
    """A run's parent, by id and as a run (None if unknown), and its children."""

    parent_id: str | None
    parent: Run | None
    children: list[Run]

    def named(self) -> list[tuple[str, str, str] | None]:
        """Returns id, name and state of each, for comparing two families."""
        relatives = [self.parent, *self.children]
        return [None if run is None else (run.run_id, run.name, run.status) for run in relatives]


def family_of(run: Run, table: RunTable) -> Family:
    """Returns the parent and the children of `run` in `table`, the children in the order in which they started."""
    children = table.children_of(run.run_id)
    children.sort(key=lambda child: (child.started_at is None, child.started_at, child.name, child.run_id))
    return Family(run.parent_id, None if run.parent_id is None else table.get(run.parent_id), children)
