"""A value that is shown while it is refetched, among the workers of a host, whatever the clock and the cache do."""

import os
import shutil
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from services.sharing import reading
from services.sharing.host_lock import host_lock
from services.sharing.reading import Attempt, Reading, combined
from services.sharing.snapshot import Snapshot
from services.sharing.value_forms import JsonForm
from services.sharing.version_token import VersionToken
from tests.misbehaving import eventually
from tests.sharing.workers import HOUR, Source, set_clock, worker

ROOT = Path(__file__).parents[2]


def test_callers_wait_only_for_the_first_value(tmp_path: Path) -> None:
    source = Source()
    one, other = worker(tmp_path, source.read), worker(tmp_path, source.read)
    assert one.view(40).value == [1]
    source.may_answer.clear()
    assert [snapshot.view(40).value for snapshot in (one, other, one)] == [[1]] * 3
    assert source.reads == 1


def test_a_due_value_is_shown_while_one_worker_of_the_host_refetches_it(tmp_path: Path) -> None:
    source = Source()
    one, other = (worker(tmp_path, source.read, due_after=timedelta()) for _ in range(2))
    one.view(40)
    source.may_answer.clear()
    source.called.clear()
    assert one.view(40).value == [1]
    assert source.called.wait(40)
    for _ in range(10):
        assert other.view(40).value == [1]
        assert other.start_if_due().result(40) is None
    assert source.reads == 2
    source.may_answer.set()
    eventually(lambda: other.newest().value == [2])


def test_a_refresh_succeeds_although_another_worker_hangs(tmp_path: Path) -> None:
    hung, well = Source(), Source()
    one = worker(tmp_path, hung.read, due_after=timedelta())
    other = worker(tmp_path, well.read)
    one.view(40)
    hung.may_answer.clear()
    hung.called.clear()
    one.view()
    assert hung.called.wait(40)
    asked_at = datetime.now(UTC)
    found = other.refreshed(40)
    hung.may_answer.set()
    assert found.as_of is not None
    assert found.as_of >= asked_at


def test_a_failure_keeps_the_value_and_is_known_to_all_workers(tmp_path: Path) -> None:
    source = Source()
    one, other = worker(tmp_path, source.read), worker(tmp_path, source.read)
    as_of = one.view(40).as_of
    source.is_away = True
    for found in (one.refreshed(40), other.newest(), worker(tmp_path, source.read).newest()):
        assert (found.value, found.as_of, found.failure and found.failure.cause) == ([1], as_of, "is away")
    source.is_away = False
    assert other.refreshed(40).failure is one.newest().failure is None


def test_a_failed_read_is_due_again_after_a_pause(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source()
    one = worker(tmp_path, source.read)
    source.is_away = True
    one.view(40)
    assert not one.is_due(one.newest())
    set_clock(monkeypatch, timedelta(seconds=60))
    assert one.is_due(one.newest())
    # A failure after two minutes cost the service two minutes.
    slow = one.newest().attempt
    assert slow is not None
    assert not one.is_due(Reading(None, slow.model_copy(update={"took_seconds": 120.0})))


def test_an_unexpected_error_counts_as_a_failure(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_known: Reading[list[int]]) -> list[int]:
        raise RecursionError("odd")

    found = worker(tmp_path, fail).view(40)
    assert found.failure is not None
    assert "ended unexpectedly" in found.failure.cause
    assert "odd" in caplog.text


def test_a_change_is_visible_to_requests_to_every_worker(tmp_path: Path) -> None:
    source, now = Source(), ["before"]
    tokens = [VersionToken(tmp_path / "token") for _ in range(2)]
    one, other = (worker(tmp_path, source.read, token=token) for token in tokens)
    assert one.view(40).value == other.view(40).value == [1]
    tokens[1].renew()
    now[0] = "after"
    assert one.view(40).value == other.view(40).value == [2]


def test_an_attempt_stored_for_another_value_is_ignored(tmp_path: Path) -> None:
    """As stored when two workers write at once, or a backup was restored."""
    source = Source()
    worker(tmp_path, source.read).view(40)
    old = (tmp_path / "numbers.json").read_bytes()
    worker(tmp_path, source.read).refreshed(40)
    (tmp_path / "numbers.json").write_bytes(old)
    found = worker(tmp_path, source.read)
    assert (found.newest().value, found.newest().as_of) == ([1], None)
    assert found.is_due(found.newest())


def test_a_value_that_did_not_change_is_not_written_again(tmp_path: Path) -> None:
    one = worker(tmp_path, lambda known: known.value or [7])
    one.view(40)
    before = (tmp_path / "numbers.json").stat()
    first = one.newest().as_of
    assert one.refreshed(40).as_of != first
    assert (tmp_path / "numbers.json").stat() == before


def test_a_due_value_that_is_being_read_is_not_read_twice(tmp_path: Path) -> None:
    """A value that a viewer finds due while a person's Retry reads it is read once, not twice."""
    may_end, reads = threading.Event(), list[int]()

    def read(_known: Reading[int]) -> int:
        reads.append(len(reads))
        if len(reads) > 1:
            may_end.wait(40)
        return len(reads)

    due_after = timedelta(seconds=0.2)
    snapshot = Snapshot(tmp_path, "value", JsonForm(TypeAdapter(int)), read, service="Source", due_after=due_after)
    assert snapshot.view(40).value == 1
    eventually(lambda: snapshot.is_due(snapshot.newest()))
    snapshot.refreshed(0.01)
    due = snapshot.start_if_due()
    may_end.set()
    due.result(40)
    assert (snapshot.newest().value, len(reads)) == (2, 2)


def test_a_value_that_is_no_json_is_shown_and_logged_as_not_shared(tmp_path: Path) -> None:
    """Half a surrogate pair is legal in others' JSON, and not in Clew's."""
    snapshot = Snapshot(
        tmp_path,
        "value",
        JsonForm(TypeAdapter(str)),
        lambda _known: "\ud800",
        service="Source",
        due_after=timedelta(seconds=60),
    )
    assert snapshot.view(40).value == "\ud800"
    assert snapshot.disk_failure is not None


class TestClock:
    """The clock is set while Clew runs."""

    def test_a_clock_set_back_stops_no_refresh_and_keeps_the_value(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        source = Source()
        one, other = worker(tmp_path, source.read), worker(tmp_path, source.read)
        set_clock(monkeypatch, 10 * HOUR)
        one.view(40)
        set_clock(monkeypatch, timedelta())
        assert one.is_due(one.newest())
        source.is_away = True
        assert one.refreshed(40).value == [1]
        assert other.newest().value == [1]
        source.is_away = False
        assert other.refreshed(40).value == [3]
        assert one.newest().value == [3]
        assert not one.is_due(one.newest())

    def test_a_clock_set_forward_makes_the_value_due(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        source = Source()
        one = worker(tmp_path, source.read)
        one.view(40)
        assert not one.is_due(one.newest())
        set_clock(monkeypatch, 10 * HOUR)
        assert one.is_due(one.newest())
        assert one.refreshed(40).value == [2]

    def test_a_clock_set_forward_during_a_failure_does_not_delay_the_retry(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        source = Source()
        one = worker(tmp_path, source.read)
        source.is_away = True
        source.may_answer.clear()
        one.view()
        assert source.called.wait(40)
        set_clock(monkeypatch, 8766 * HOUR)
        source.may_answer.set()
        eventually(lambda: one.newest().failure)
        set_clock(monkeypatch, 8767 * HOUR)
        assert one.is_due(one.newest())

    def test_a_value_read_after_the_clock_was_reset_replaces_the_older_one(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        source = Source()
        one = worker(tmp_path, source.read)
        set_clock(monkeypatch, HOUR)
        one.view(40)
        set_clock(monkeypatch, timedelta())
        one.start_shared("all", source.read, lambda _attempt: True, 0).result(40)
        assert one.newest().value == [2]


def test_combining_readings_keeps_the_later_attempt_and_the_later_value() -> None:
    at = datetime.now(UTC) - HOUR

    def read(began: int, as_of: int | None, value: int | None) -> Reading[int]:
        moment = None if as_of is None else at + timedelta(seconds=as_of)
        began_at = at + timedelta(seconds=began)
        return Reading(value, Attempt(began_at=began_at, ended_at=began_at, took_seconds=0, as_of=moment))

    for one, other, value, as_of in (
        (read(1, 1, 1), read(2, 2, 2), 2, 2),
        (read(1, 1, 1), read(2, None, None), 1, 1),
        (read(3, 3, 3), read(4, 1, 1), 3, 3),
        (Reading[int](), read(1, None, None), None, None),
    ):
        for found in (combined(one, other), combined(other, one)):
            assert found.value == value
            assert found.as_of == (None if as_of is None else at + timedelta(seconds=as_of))
            assert found.attempt is not None
            assert found.attempt.began_at == max(r.attempt.began_at for r in (one, other) if r.attempt)
    assert reading.past(datetime.now(UTC) + HOUR) < at


DAMAGES = ("truncated", "garbage", "empty", "another format", "another shape")


@pytest.mark.parametrize("name", ["numbers.json", "numbers-attempt.json"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_cache_is_treated_as_absent(tmp_path: Path, name: str, damage: str) -> None:
    source = Source()
    one = worker(tmp_path, source.read)
    one.view(40)
    file = tmp_path / name
    content = file.read_bytes()
    file.write_bytes(
        {
            "truncated": content[: len(content) // 2],
            "garbage": os.urandom(100),
            "empty": b"",
            "another format": content.replace(b'"format":1', b'"format":0'),
            "another shape": b'{"format":1,"value":{"odd":[]}}',
        }[damage]
    )
    assert one.view(40).value == [1]  # it still has it
    assert worker(tmp_path, source.read).refreshed(40).value == [2]
    assert worker(tmp_path, source.read).newest().value == one.newest().value == [2]


def test_a_value_of_another_version_is_dropped(tmp_path: Path) -> None:
    source = Source()
    worker(tmp_path, source.read).view(40)
    newer = worker(tmp_path, source.read, format_version=2)
    assert newer.newest().value is None
    assert newer.view(40).value == [2]
    assert worker(tmp_path, source.read).newest().value is None


def test_a_deleted_cache_is_rebuilt_and_values_stay_visible(tmp_path: Path) -> None:
    source, folder = Source(), tmp_path / "cache"
    one, other = worker(folder, source.read), worker(folder, source.read)
    one.view(40), other.view(40)
    source.is_away = True
    shutil.rmtree(folder)
    assert one.view(40).value == [1]
    assert other.refreshed(40).value == [1]
    assert worker(folder, source.read).newest().value == [1]  # not from the other's memory
    source.is_away = False
    shutil.rmtree(folder)
    assert one.refreshed(40).value == other.newest().value == [3]


def test_a_cache_deleted_again_and_again_while_workers_read_breaks_nothing(tmp_path: Path) -> None:
    source, folder, stop = Source(), tmp_path / "cache", threading.Event()

    def delete() -> None:
        while not stop.is_set():
            shutil.rmtree(folder, ignore_errors=True)

    deleting = threading.Thread(target=delete)
    deleting.start()
    try:
        one, other = worker(folder, source.read), worker(folder, source.read)
        for _ in range(40):
            assert one.refreshed(40).value is not None
            assert other.refreshed(40).value is not None
    finally:
        stop.set()
        deleting.join(40)
    one.refreshed(40)
    assert one.disk_failure is None
    assert other.newest().value == one.newest().value


ONE_WORKER = """
import sys, time
from datetime import timedelta
from pathlib import Path
from tests.sharing.workers import worker
folder, log = Path(sys.argv[1]), Path(sys.argv[2])

def read(known):
    with log.open("a") as file:
        file.write("begin\\n")
    time.sleep(0.2)
    with log.open("a") as file:
        file.write("end\\n")
    return [1, *(known.value or [])][:50]

snapshot = worker(folder, read, due_after=timedelta(seconds=0.3))
seen = 0
for _ in range(150):
    found = snapshot.start_if_due().result() or snapshot.newest()
    length = len(found.value or ())
    assert length >= seen, (length, seen)
    seen = length
    time.sleep(0.01)
print(found.value is not None)
"""


def test_several_processes_read_one_at_a_time_and_never_show_an_older_value(tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = [sys.executable, "-c", ONE_WORKER, str(tmp_path / "cache"), str(log)]
    workers = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert [process.communicate(timeout=120)[0] for process in workers] == ["True\n"] * 4
    lines = log.read_text().split()
    assert lines == ["begin", "end"] * (len(lines) // 2)
    assert len(lines) > 2


HOLD = """
import sys, time
from pathlib import Path
from services.sharing.host_lock import host_lock
with host_lock(Path(sys.argv[1])) as won:
    print(won, flush=True)
    time.sleep(600)
"""


def test_a_lock_held_by_another_process_times_out_and_is_released_by_a_crash(tmp_path: Path) -> None:
    path = tmp_path / "there" / "a.lock"
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "True\n"
            for wait_seconds in (0.0, 0.2):
                with host_lock(path, wait_seconds) as won:
                    assert not won
        finally:
            holder.kill()
    began = time.monotonic()
    with host_lock(path, 40) as won:
        assert won
    assert time.monotonic() - began < 40
