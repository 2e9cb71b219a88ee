"""The runs that are known, or why none are: for whoever cannot go on without."""

from domain.errors.records import RunNotFound
from domain.errors.services import NothingReadYet, RunsStillComing, UnavailableBecause
from domain.run_table.table import RunTable
from domain.tracking.runs import Run
from services.tracking.run_store import RunView


def known_table(view: RunView) -> RunTable:
    """Returns all runs that are known; raises `ServiceUnavailable` where nothing was read yet."""
    if view.runs is not None:
        return view.runs
    if view.failure is not None:
        raise UnavailableBecause(view.failure.service_name, view.failure.error)
    raise NothingReadYet(view.service)


def whole_table(view: RunView) -> RunTable:
    """Returns all runs that there are; raises `ServiceUnavailable` where only a part of them has been read."""
    table = known_table(view)
    if table.progress is not None:
        raise RunsStillComing(view.service, table.progress.read)
    return table


def known_run(view: RunView, run_id: str) -> Run:
    """Returns the run; raises as `whole_table` where it may still come with the rest of a first reading, else
    `RunNotFound`.
    """
    if (run := view.get(run_id)) is not None:
        return run
    whole_table(view)
    raise RunNotFound(run_id)
