"""An unreadable source is requested again after growing pauses, whichever worker does so, and never given up."""

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BadResponse, ClewError, PolicyRefused, ServiceUnavailable
from domain.errors.answers import NotAModelList
from domain.errors.connections import (
    AnswerBrokenOff,
    AnsweredStatus,
    AnsweredStatusBecause,
    ConnectionRefused,
    CredentialsRefused,
    NotAsked,
    TimedOut,
)
from domain.errors.policy_checks.files import AskedAgainWithin, SourceUnreadable, StillUnreadable
from domain.errors.policy_files import FileMissing
from domain.messages import Text
from services.registry.version_files.pauses import LONGEST_PASSING_SECONDS, LONGEST_SECONDS, FetchPauses


class Clock:
    """Returns any moment that the test sets."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def pause_after(pauses: FetchPauses, clock: Clock, key: str = "k") -> float:
    """Returns for how long a key is not requested, to a second."""
    began = clock.now
    while True:
        try:
            pauses.check(key)
        except ClewError:
            clock.move(1)
        else:
            return (clock.now - began).total_seconds()


UNREADABLE = SourceUnreadable("MLflow", "s3://bucket/x", AnsweredStatus("MLflow", 500))


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (UNREADABLE, [5, 10, 20, 40, 80, 160, 320, LONGEST_SECONDS, LONGEST_SECONDS]),
        (CredentialsRefused("MLflow", 403), [5, 10, 20, 40, 80, 160, 320, LONGEST_SECONDS]),
        (BadResponse("MLflow", "body", NotAModelList()), [5, 10, 20, 40]),
        (AnsweredStatusBecause("MLflow", 503, Text("starting")), [5, 10, 20, 30]),
        (AnsweredStatus("MLflow", 429), [5, 10, 20, 30, 30]),
        (TimedOut("MLflow"), [5, 10, 20, LONGEST_PASSING_SECONDS, LONGEST_PASSING_SECONDS]),
        (AnswerBrokenOff("MLflow"), [5, 10, 20, 30]),
        (PolicyRefused(FileMissing("policy.onnx")), [5, 10, 20, 30, 30]),
        (ConnectionRefused("MLflow"), [0, 0, 0]),
        (NotAsked("MLflow", ConnectionRefused("MLflow")), [0, 0, 0]),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, ClewError) else "",
)
def test_pauses_grow_with_each_failure_by_its_kind(tmp_path: Path, error: ClewError, expected: list[float]) -> None:
    clock = Clock()
    workers = [FetchPauses(tmp_path, clock), FetchPauses(tmp_path, clock)]
    for number, seconds in enumerate(expected):
        workers[number % 2].failed("k", error)
        assert pause_after(workers[(number + 1) % 2], clock) == pytest.approx(seconds, abs=1)
        workers[0].check("another")
    workers[0].record_success("k")
    workers[1].failed("k", error)
    assert pause_after(workers[0], clock) == pytest.approx(min(expected[0], 5), abs=1)


def test_the_reason_of_a_pause_is_reported(tmp_path: Path) -> None:
    clock = Clock()
    pauses = FetchPauses(tmp_path, clock)
    pauses.failed("k", UNREADABLE)
    clock.move(2.5)
    with pytest.raises(StillUnreadable) as waiting:
        pauses.check("k")
    assert str(waiting.value) == (
        "MLflow: cannot read this version's files at s3://bucket/x: answered HTTP 500;"
        " the next attempt is within 3 seconds"
    )
    # A service that is only starting is distinguished from a lasting failure: it is waited for.
    assert not isinstance(waiting.value, ServiceUnavailable)
    pauses.failed("s", AnsweredStatus("MLflow", 503))
    with pytest.raises(AskedAgainWithin, match="answered HTTP 503; the next attempt is within 5 seconds") as starting:
        pauses.check("s")
    assert isinstance(starting.value, ServiceUnavailable)
    pauses.failed("f", PolicyRefused(FileMissing("policy.onnx")))
    with pytest.raises(PolicyRefused, match=r"^Its file policy\.onnx is missing\.$"):
        pauses.check("f")


@given(st.integers(1, 40), st.floats(-1e9, 1e9))
def test_no_clock_and_no_number_of_failures_makes_a_pause_endless(times: int, jump: float) -> None:
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        pauses = FetchPauses(Path(folder), clock)
        for _time in range(times):
            pauses.failed("k", UNREADABLE)
        clock.move(jump)
        assert pause_after(pauses, clock) <= LONGEST_SECONDS + 1


def test_with_a_full_disk_the_other_worker_sends_its_own_request(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    clock, folder = Clock(), tmp_path / "taken" / "files"
    one, other = FetchPauses(folder, clock), FetchPauses(folder, clock)
    for expected in (5, 10, 20):
        one.failed("k", UNREADABLE)
        other.check("k")
        assert pause_after(one, clock) == pytest.approx(expected, abs=1)
    one.record_success("k")
    one.check("k")
