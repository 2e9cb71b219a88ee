"""A source of runs that returns them page by page, when the test allows it."""

import threading
from datetime import UTC, datetime

from domain.errors.services import AnswerTooSlow
from domain.run_table.table import RunTable
from domain.run_table.table_facts import Progress, TableFacts
from domain.tracking.runs import Run, RunStatus
from services.tracking.run_source import Arrived

PAGE = 10
STARTED = datetime(2026, 11, 20, tzinfo=UTC)


def run(number: int) -> Run:
    return Run(
        run_id=f"run{number}",
        name=f"run {number}",
        experiment_id="1",
        experiment="paced",
        status=RunStatus.FINISHED,
        started_at=STARTED,
        ended_at=None,
        params={},
        metrics={},
        tags={},
    )


class PacedSource:
    """Is a `RunSource` of `pages` pages: each waits for a step, and the reading fails in place of page `fails_at`."""

    name = "Paced"
    address = "http://paced.test"
    columns = None

    def __init__(self, pages: int, fails_at: int | None = None) -> None:
        self._pages = pages
        self.fails_at = fails_at
        self._steps = threading.Semaphore(0)
        self.readings = 0

    def step(self, pages: int = 1) -> None:
        """Lets so many more pages come, or the end."""
        self._steps.release(pages)

    def everything(self, known: RunTable | None, arrived: Arrived) -> RunTable:
        self.readings += 1
        now = datetime.now(UTC)
        facts = TableFacts(version=now.isoformat(), swept_at=now)
        runs: list[Run] = []
        for page in range(self._pages):
            assert self._steps.acquire(timeout=40)
            if page == self.fails_at:
                raise AnswerTooSlow(self.name)
            runs += [run(number) for number in range(page * PAGE, (page + 1) * PAGE)]
            arrived(RunTable.of(runs, facts).with_facts(progress=Progress(read=len(runs), about=self._pages * PAGE)))
        assert self._steps.acquire(timeout=40)
        return RunTable.of(runs, facts)

    def changes(self, known: RunTable, since: datetime) -> RunTable:
        return known

    def sweep_is_due(self, known: RunTable) -> bool:
        return False

    def check_alive(self, deadline_seconds: float) -> None:
        """Passes: it is always alive."""
