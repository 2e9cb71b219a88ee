"""The known runs, or an error if none are known, for callers that need them."""

from collections.abc import Iterable

from domain.errors.records import RunNotFound
from domain.errors.services import AnswerTooSlow, NothingReadYet, RunsStillComing, UnavailableBecause
from domain.run_table.table import RunTable
from domain.tracking.runs import Run
from services.tracking.run_store import RunView


def known_table(view: RunView) -> RunTable:
    """Returns all known runs; raises `ServiceUnavailable` if nothing was read yet."""
    if view.runs is not None:
        return view.runs
    if view.failure is not None:
        raise UnavailableBecause(view.failure.service_name, view.failure.error)
    raise NothingReadYet(view.service)


def whole_table(view: RunView) -> RunTable:
    """Returns all runs; raises `ServiceUnavailable` if only a part of them has been read."""
    table = known_table(view)
    if table.progress is not None:
        raise RunsStillComing(view.service, table.progress.read)
    return table


def known_run(view: RunView, run_id: str) -> Run:
    """Returns the run; raises `ServiceUnavailable` if it may exist and could not be read, else `RunNotFound`."""
    if (run := view.get(run_id)) is not None:
        return run
    raise_if_any_may_exist(view, [run_id])
    raise RunNotFound(run_id)


def raise_if_any_may_exist(view: RunView, unknown: Iterable[str]) -> None:
    """Raises `ServiceUnavailable`, with the reason, if one of these runs, which are not known, may exist."""
    if not view.absent.issuperset(unknown):
        raise_unless_whole(view)


def raise_unless_whole(view: RunView) -> None:
    """Raises `ServiceUnavailable`, with the reason, if an unknown run may exist."""
    whole_table(view)
    if view.failure is not None:
        raise UnavailableBecause(view.failure.service_name, view.failure.error)
    if not view.is_whole:
        raise AnswerTooSlow(view.service)
