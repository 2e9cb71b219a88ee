"""Deletions and restorations that MLflow breaks off at any request, and two people who do both at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final, NamedTuple

import pytest

from domain.errors import ClewError, Conflict, ServiceUnavailable
from domain.errors.connections import OutcomeUnknown
from domain.run_changes.changes import RunChange
from mlflow_api.client import MlflowApi
from mlflow_api.run_changes.purge_marks import PurgeMarks
from mlflow_api.run_changes.run_trash import RunTrashCalls
from services.run_changes.changing import RunEditor
from services.run_changes.deletion import RunDeletion
from tests.misbehaving import BREAK_OFF, Misbehaving
from tests.tracking import Tracking
from transport.http_client import JsonService

PAIRS: Final = [("delete", "restore"), ("restore", "delete"), ("delete", "note"), ("delete", "delete")]


class Family(NamedTuple):
    """Holds a run, its child, and another child that was deleted separately before."""

    parent: str
    child: str
    gone: str


@pytest.fixture(scope="module")
def experiment(tracking: Tracking) -> str:
    return tracking.experiment()


def family(tracking: Tracking, experiment: str) -> Family:
    parent = tracking.run(experiment, name="parent")
    within = {"mlflow.parentRunId": parent}
    child, gone = (tracking.run(experiment, name=name, tags=within) for name in ("child", "gone"))
    tracking.delete(gone)
    return Family(parent, child, gone)


def deletion_by(address: str) -> RunDeletion:
    """Returns the deletion of a worker that has read nothing yet."""
    mlflow = MlflowApi(JsonService("MLflow", address))
    return RunDeletion(RunTrashCalls(mlflow), PurgeMarks(mlflow))


def is_deleted(tracking: Tracking, run_id: str) -> bool:
    return RunTrashCalls(MlflowApi(JsonService("MLflow", tracking.address))).get(run_id).is_deleted


def interrupt(relay: Misbehaving, after: int, work: Callable[[], object]) -> bool:
    """Does `work` while MLflow gives so many answers, half of the next one, and none; returns whether it was broken
    off."""
    seen: list[str] = []

    def alter(path: str, body: bytes) -> bytes:
        seen.append(path)
        if len(seen) <= after:
            return body
        relay.answer = BREAK_OFF
        return body[: len(body) // 2]

    relay.alter = alter
    try:
        work()
    except (ServiceUnavailable, OutcomeUnknown, ClewError):
        return True
    finally:
        relay.alter, relay.answer = None, None
    return len(seen) > after


@pytest.mark.parametrize("afters", [(5, 7), pytest.param(range(60), marks=pytest.mark.thorough)])
@pytest.mark.parametrize("first", ["delete", "restore"])
def test_an_interrupted_deletion_or_restoration_can_be_repeated_or_undone(
    tracking: Tracking, misbehaving: Misbehaving, experiment: str, first: str, afters: range
) -> None:
    for after in afters:
        for then in ("delete", "restore"):
            runs = family(tracking, experiment)
            whole = deletion_by(tracking.address)
            if first == "restore":
                whole.delete(runs.parent, None)
            broken = deletion_by(misbehaving.address)
            was_interrupted = interrupt(misbehaving, after, lambda b=broken, r=runs: getattr(b, first)(r.parent, None))  # type: ignore[misc]
            if is_deleted(tracking, runs.parent):
                assert is_deleted(tracking, runs.child), (after, "a run that stands in a deleted one")
            getattr(whole, then)(runs.parent, None)
            ends = {run_id: is_deleted(tracking, run_id) for run_id in runs}
            assert ends == {runs.parent: then == "delete", runs.child: then == "delete", runs.gone: True}, (after, then)
        if not was_interrupted:
            return
    assert len(afters) < 60, "more requests than were tried"


def run_with_interruption(
    relay: Misbehaving, after: int, work: Callable[[], object], other: Callable[[], object]
) -> bool:
    """Does `work`, and the `other`'s as a whole after so many answers to it; returns whether the other was done at
    all."""
    seen: list[str] = []

    def alter(path: str, body: bytes) -> bytes:
        seen.append(path)
        if len(seen) == after + 1:
            with suppress(Conflict):
                other()
        return body

    relay.alter = alter
    try:
        with suppress(Conflict):
            work()
    finally:
        relay.alter = None
    return len(seen) > after


# After the child's deletion; after the parent's restoration; between the child's record and its deletion.
@pytest.mark.parametrize(
    ("first", "other", "afters"),
    [
        ("delete", "restore", [6]),
        ("restore", "delete", [7]),
        ("delete", "note", [5]),
        *(pytest.param(*pair, range(60), marks=pytest.mark.thorough) for pair in PAIRS),
    ],
)
def test_concurrent_deletion_and_restoration_keep_families_consistent(
    tracking: Tracking, misbehaving: Misbehaving, experiment: str, first: str, other: str, afters: range
) -> None:
    for after in afters:
        runs = family(tracking, experiment)
        whole, between = deletion_by(tracking.address), deletion_by(misbehaving.address)
        noting = RunEditor(RunTrashCalls(MlflowApi(JsonService("MLflow", tracking.address))))
        others: dict[str, Callable[[], object]] = {
            "delete": lambda r=runs, w=whole: w.delete(r.parent, None),  # type: ignore[misc]
            "restore": lambda r=runs, w=whole: w.restore(r.parent, None),  # type: ignore[misc]
            "note": lambda r=runs, n=noting: n.change(r.child, RunChange(note="seen"), None),  # type: ignore[misc]
        }
        if first == "restore":
            whole.delete(runs.parent, None)
        came = run_with_interruption(
            misbehaving,
            after,
            lambda b=between, r=runs: getattr(b, first)(r.parent, None),  # type: ignore[misc]
            others[other],
        )
        if is_deleted(tracking, runs.parent):
            assert is_deleted(tracking, runs.child), (after, "a run that stands in a deleted one")
            whole.restore(runs.parent, None)
            assert [is_deleted(tracking, run_id) for run_id in runs] == [False, False, True], after
        whole.delete(runs.parent, None)
        assert all(is_deleted(tracking, run_id) for run_id in runs), after
        if not came:
            return
    assert len(afters) < 60, "more requests than were tried"


def test_a_family_partly_restored_by_another_program_is_completed_on_repetition(
    tracking: Tracking, experiment: str
) -> None:
    runs = family(tracking, experiment)
    grandchild = tracking.run(experiment, name="grandchild", tags={"mlflow.parentRunId": runs.child})
    whole = deletion_by(tracking.address)
    whole.delete(runs.parent, None)
    tracking.post("runs/restore", {"run_id": grandchild})
    assert [run.run_id for run in whole.moves(runs.parent).runs] == [runs.parent, grandchild]
    assert [run.run_id for run in whole.delete(runs.parent, None).runs] == [runs.parent, grandchild]
    tracking.post("runs/restore", {"run_id": runs.child})
    assert {run.run_id for run in whole.restore(runs.parent, None).runs} == {runs.parent, grandchild}
    assert [is_deleted(tracking, one) for one in (*runs, grandchild)] == [False, False, True, False]


def test_concurrent_deletions_and_restorations_fail_only_with_conflicts(tracking: Tracking, experiment: str) -> None:
    runs = family(tracking, experiment)

    def one(number: int) -> list[ClewError]:
        deletion, errors = deletion_by(tracking.address), []
        for turn in range(5):
            work = deletion.delete if (turn + number) % 2 else deletion.restore
            try:
                work(runs.parent, f"person {number}")
            except Conflict as error:
                errors.append(error)
        return errors

    with ThreadPoolExecutor(3) as people:
        list(people.map(one, range(3)))
    whole = deletion_by(tracking.address)
    whole.delete(runs.parent, None)
    whole.restore(runs.parent, None)
    assert [is_deleted(tracking, run_id) for run_id in runs] == [False, False, True]
