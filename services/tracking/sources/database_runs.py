"""Reads MLflow's runs from its database, where it is configured, in a hundredth of the time of REST."""

import logging
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, func, or_, select

from domain.run_table.arrays.parts import Parts
from domain.run_table.table import RunTable
from domain.run_table.table_facts import TableFacts
from domain.tracking.runs import RunStatus
from mlflow_api.schemas import Experiment, validated
from services.database.mlflow_database import MlflowDatabase
from services.tracking.run_source import Arrived
from services.tracking.sources.arriving import ArrivingRuns, kept_or_new
from services.tracking.sources.key_catalogue import catalogue_of
from services.tracking.sources.merging import merged
from services.tracking.sources.mlflow_runs import CLOCK_SLACK, marks_of
from services.tracking.sources.mlflow_tables import EXPERIMENT_TAGS, EXPERIMENTS, RUNS, MlflowTables
from services.tracking.sources.own_changes import OwnChanges
from services.tracking.sources.run_rows import Heads, details, heads, in_pieces, rows_of

MAX_VALUES: Final = 1_000_000
"""If there are more newest values, the list reads only metrics with a word; others are read when requested."""
_FIRST_RUNS: Final = 200
_LIVE: Final = (RunStatus.RUNNING.value, RunStatus.SCHEDULED.value)
log = logging.getLogger(__name__)


class DatabaseRuns:
    """The runs of an MLflow database; `words` are the metrics that the list always shows."""

    def __init__(
        self,
        database: MlflowDatabase,
        words: Collection[str],
        most_values: int = MAX_VALUES,
        own_changes: OwnChanges | None = None,
    ) -> None:
        self._database = database
        self._words = frozenset(words)
        self._most_values = most_values
        self._own_changes = own_changes

    def everything(self, known: RunTable | None, arrived: Arrived) -> RunTable:
        """Implements `RunSource`."""
        now = datetime.now(UTC)
        with self._database.connected() as connection:
            tables = MlflowTables(connection)
            experiments = _experiments(connection, tables)
            found = heads(connection, tables.is_active, experiments)
            facts = TableFacts(version=now.isoformat(), swept_at=now, marks=marks_of(experiments))
            if known is None and len(found.rows) > _FIRST_RUNS:
                first = details(connection, found.rows[:_FIRST_RUNS], experiments, self._words, is_all=False)
                ArrivingRuns(facts, len(found.rows), arrived).add(first, ())
            keys = catalogue_of(connection, tables)
            is_much = sum(keys.runs) > self._most_values
            only = self._words.intersection(keys.names) if is_much else None
            parts = details(connection, found.rows, experiments, only, is_all=True)
            facts = facts.model_copy(
                update={"bad_rows": found.bad, "only_metrics": only, "catalogue": keys if is_much else None}
            )
        table = RunTable(parts, facts)
        return kept_or_new(known, self.changes(table, now) if self._own(now) else table)

    def changes(self, known: RunTable, since: datetime) -> RunTable:
        """Implements `RunSource`; here deletions are detected, too.

        The runs are counted, and their ids compared if the number differs.
        """
        with self._database.connected() as connection:
            tables = MlflowTables(connection)
            experiments = _experiments(connection, tables)
            marks = marks_of(experiments)
            renewed = [key for key, mark in marks.items() if known.marks.get(key) != mark]
            found = heads(connection, _may_have_changed(tables, since, renewed), experiments)
            left = _left_out(known, self._own(since), {row[0] for row in found.rows})
            found = _both(found, _heads_of(connection, tables, left, experiments))
            deleted: set[str] = set()
            if _count(connection, tables) != _expected(known, found):
                ids = {row[0] for row in rows_of(connection, select(RUNS.c.run_uuid).where(tables.is_active))}
                deleted = set(known.run_ids) - ids
                new = ids.difference(known.run_ids, (row[0] for row in found.rows))
                found = _both(found, _heads_of(connection, tables, sorted(new), experiments))
            fresh = self._fresh(connection, found, known, experiments)
        return merged(known, [] if fresh is None else [RunTable(fresh, known.facts)], deleted, found.bad, marks)

    def _own(self, since: datetime) -> list[str]:
        return [] if self._own_changes is None else self._own_changes.since(since)

    def _fresh(
        self, connection: Connection, found: Heads, known: RunTable, experiments: dict[str, Experiment]
    ) -> Parts | None:
        if not found.rows:
            return None
        return details(connection, found.rows, experiments, known.facts.only_metrics, is_all=False)


def _experiments(connection: Connection, tables: MlflowTables) -> dict[str, Experiment]:
    tags: dict[Any, list[dict[str, Any]]] = {}
    for group, key, value in rows_of(connection, select(*EXPERIMENT_TAGS.c)):
        tags.setdefault(group, []).append({"key": key, "value": value or ""})
    query = select(EXPERIMENTS.c.experiment_id, EXPERIMENTS.c.name).where(tables.is_shown)
    found = [
        validated(Experiment, {"experiment_id": str(group), "name": name, "tags": tags.get(group, [])})
        for group, name in rows_of(connection, query)
    ]
    return {experiment.experiment_id: experiment for experiment in found}


def _may_have_changed(tables: MlflowTables, since: datetime, renewed: Sequence[str]) -> ColumnElement[bool]:
    watermark = int((since - CLOCK_SLACK).timestamp() * 1000)
    changed = or_(RUNS.c.status.in_(_LIVE), RUNS.c.end_time > watermark)
    return tables.is_active & (or_(changed, RUNS.c.experiment_id.in_([int(key) for key in renewed])))


def _left_out(known: RunTable, changed: Sequence[str], found: set[str]) -> list[str]:
    """Returns runs to read besides `found`: those that ran, could not be read, or were changed by Clew itself."""
    live = known.rows_with_status(RunStatus.RUNNING, RunStatus.SCHEDULED)
    ids = [*(known.run_ids[row] for row in live), *(row.row for row in known.bad_rows), *changed]
    return [run_id for run_id in ids if run_id not in found]


def _heads_of(
    connection: Connection, tables: MlflowTables, ids: Sequence[str], experiments: dict[str, Experiment]
) -> Heads:
    found = Heads([], [])
    for piece in in_pieces(ids):
        found = _both(found, heads(connection, tables.is_active & RUNS.c.run_uuid.in_(piece), experiments))
    return found


def _both(one: Heads, other: Heads) -> Heads:
    return Heads(one.rows + other.rows, one.bad + other.bad)


def _count(connection: Connection, tables: MlflowTables) -> int:
    return int(connection.execute(select(func.count()).select_from(RUNS).where(tables.is_active)).scalar_one())


def _expected(known: RunTable, found: Heads) -> int:
    new = sum(row[0] not in known for row in found.rows)
    bad = {row.row for row in [*known.bad_rows, *found.bad]}
    return len(known) + new + len(bad)
