"""Reads the run list from MLflow's database where it is configured and works, else over REST."""

import logging
import time
from collections.abc import Callable
from datetime import datetime

from domain.errors import ServiceError
from domain.message_data import MessageData
from domain.run_table.table import RunTable
from domain.tracking.runs import Run
from services.tracking.run_source import Arrived, ColumnReader
from services.tracking.sources.database_runs import DatabaseRuns
from services.tracking.sources.mlflow_runs import MlflowRuns
from transport.cooldown import Cooldown

_AVOIDED_SECONDS = 60.0
log = logging.getLogger(__name__)


class DatabaseFirstRuns:
    """Uses the database, and MLflow's REST API whenever that fails; a table read over REST contains the reason."""

    def __init__(self, database: DatabaseRuns, rest: MlflowRuns, columns: ColumnReader) -> None:
        self._database = database
        self._rest = rest
        self.columns: ColumnReader | None = columns
        self.name, self.address = rest.name, rest.address
        self._avoided = Cooldown(_AVOIDED_SECONDS)
        self._cause: ServiceError | None = None

    def everything(self, known: RunTable | None, arrived: Arrived) -> RunTable:
        """Implements `RunSource`."""
        began = time.monotonic()
        table = self._by_database(lambda: self._database.everything(known, arrived))
        if table is None:
            return self._explained(self._rest.everything(known, arrived))
        self._rest.record_sweep(time.monotonic() - began)
        return self._explained(table)

    def changes(self, known: RunTable, since: datetime) -> RunTable:
        """Implements `RunSource`."""
        table = self._by_database(lambda: self._database.changes(known, since))
        return self._explained(self._rest.changes(known, since) if table is None else table)

    def one(self, run_id: str) -> Run:
        """Implements `RunSource`."""
        return self._rest.one(run_id)

    def sweep_is_due(self, known: RunTable) -> bool:
        """Implements `RunSource`."""
        return self._rest.sweep_is_due(known)

    def check_alive(self, deadline_seconds: float) -> None:
        """Implements `RunSource`."""
        self._rest.check_alive(deadline_seconds)

    def _by_database(self, read: Callable[[], RunTable]) -> RunTable | None:
        if self._avoided:
            return None
        try:
            table = read()
        except ServiceError as error:
            self._avoid(error)
            return None
        self._cause = None
        return table

    def _avoid(self, error: ServiceError) -> None:
        self._avoided.start()
        if str(error) != str(self._cause):  # each cause is logged once
            log.warning("the run list comes over REST, not from the database", extra={"cause": str(error)})
        self._cause = error

    def _explained(self, table: RunTable) -> RunTable:
        """Adds to the facts why the database was not used; the same table if they already contain it."""
        cause = None if self._cause is None else MessageData.of(self._cause)
        return table if table.facts.over_rest == cause else table.with_facts(over_rest=cause)
