"""The cache on disk, with everything that can happen to files: no wrong line, and never an unknown failure."""

import contextlib
import logging
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as example_settings
from hypothesis import strategies as st

from domain.tracking.runs import LatestMetric
from services.tracking.histories.files import HistoryFiles
from services.tracking.histories.format import Damaged, Entry, Series, decode, encode
from tests.histories.logged_runs import (
    INTERVAL,
    KEY,
    ONE,
    Gateway,
    Logged,
    assert_same,
    complete_history,
    dense,
    entry,
    expected,
    new_run,
    store_at,
)
from tests.misbehaving import eventually
from tests.tracking import Tracking

ROOT = Path(__file__).parents[2]
MIB = 2**20


def assert_same_entry(found: Entry | None, wanted: Entry) -> None:
    assert found is not None
    assert found[1:] == wanted[1:]
    assert_same(found.history, wanted.history)


@pytest.mark.parametrize("length", [0, 1, 1_000, 100_000])
@pytest.mark.parametrize("value", [1.5, float("nan"), float("-inf")])
def test_a_saved_history_is_loaded_by_every_worker(tmp_path: Path, length: int, value: float) -> None:
    kept = entry(length)._replace(latest=LatestMetric(value=value, step=1, timestamp=2), over=True, exact=False)
    HistoryFiles(tmp_path, MIB * 8).save(ONE, kept)
    assert_same_entry(HistoryFiles(tmp_path, MIB * 8).load(ONE), kept)


@example_settings(max_examples=100)
@given(where=st.integers(0, 10**6), flip=st.integers(1, 255), cut=st.booleans())
def test_a_damaged_file_is_recognised(where: int, flip: int, cut: bool) -> None:
    content = b"".join(encode(ONE, entry(20)))
    where %= len(content)
    damaged = content[:where] if cut else content[:where] + bytes([content[where] ^ flip]) + content[where + 1 :]
    try:
        # Only the padding of the prelude may change without effect.
        assert_same_entry(decode(ONE, damaged), entry(20))
        assert 20 <= where < 24
    except Damaged:
        pass


def test_the_file_of_another_history_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Damaged):
        decode(Series(ONE.run_id, "other"), b"".join(encode(ONE, entry())))


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "truncated": lambda content: content[: len(content) // 2],
    "corrupted": lambda content: content[:-9] + b"\x00" + content[-8:],
    "garbage": lambda content: os.urandom(len(content)),
    "empty": lambda content: b"",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_read_again(tracking: Tracking, long_run: Logged, tmp_path: Path, damage: str) -> None:
    run, points = long_run
    complete_history(store_at(tracking.address, tmp_path), run)
    (file,) = tmp_path.rglob("*.history")
    file.write_bytes(DAMAGES[damage](file.read_bytes()))
    assert_same(complete_history(store_at(tracking.address, tmp_path), run), expected(points))
    assert decode(Series(run.run_id, KEY), file.read_bytes()).exact


@pytest.mark.parametrize("thing", ["link", "pipe", "folder"])
def test_links_pipes_and_folders_in_the_cache_are_neither_followed_nor_waited_for(tmp_path: Path, thing: str) -> None:
    folder, foreign = tmp_path / "cache", tmp_path / "foreign"
    HistoryFiles(folder, MIB * 8).save(ONE, entry(10))
    (file,) = folder.glob("*.history")
    file.rename(foreign)  # a valid history, but of another key
    before = foreign.read_bytes()
    {"link": lambda: file.symlink_to(foreign), "pipe": lambda: os.mkfifo(file), "folder": file.mkdir}[thing]()
    files = HistoryFiles(folder, MIB * 8)
    assert files.load(ONE) is None
    files.save(ONE, entry(20))
    assert_same_entry(files.load(ONE), entry(20))
    assert_same_entry(files.load(ONE), entry(20))
    assert foreign.read_bytes() == before


WRITER = """
import sys
from pathlib import Path
import numpy as np
from services.tracking.histories.files import HistoryFiles
from tests.histories.logged_runs import ONE, entry
files = HistoryFiles(Path(sys.argv[1]), 2**30)
for number in range(10**6):
    files.save(ONE, entry(200_000, float(number)))
    print(number, flush=True)
"""


@contextlib.contextmanager
def writing(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-c", WRITER, str(folder)]
    with subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "0\n"
            yield process
        finally:
            process.kill()


def test_a_process_killed_in_the_middle_of_a_write_leaves_a_whole_file(tmp_path: Path) -> None:
    for _ in range(2):
        with writing(tmp_path) as process:
            # A write under another name is under way.
            eventually(lambda: list(tmp_path.glob("*.tmp")))
            process.send_signal(signal.SIGKILL)
            process.wait()
        found = HistoryFiles(tmp_path, 2**30).load(ONE)
        assert found is not None
        assert_same_entry(found, entry(200_000, found.latest.value))
    long_ago = time.time() - 3600
    for left in tmp_path.glob("*.tmp"):
        os.utime(left, (long_ago, long_ago))
    HistoryFiles(tmp_path, 2**30).save(ONE, entry())
    assert not list(tmp_path.glob("*.tmp"))


def test_concurrent_writes_leave_one_complete_history(tmp_path: Path) -> None:
    files = HistoryFiles(tmp_path, 2**30)
    with writing(tmp_path):
        for number in range(12):
            files.save(ONE, entry(200_000, -1.0 - number))
            found = HistoryFiles(tmp_path, 2**30).load(ONE)
            assert found is not None
            assert_same_entry(found, entry(200_000, found.latest.value))


def test_the_least_recently_used_histories_are_evicted_first(tmp_path: Path) -> None:
    files = HistoryFiles(tmp_path, 4 * MIB)
    names = [Series(f"{number:032x}", "loss") for number in range(60)]
    files.save(names[0], entry(5_000))
    mapped = files.load(names[0])
    for name in names[1:]:
        files.save(name, entry(5_000))
        # Another worker draws the second one all the time.
        HistoryFiles(tmp_path, 4 * MIB).load(names[1])
    kept = {file.name[:32] for file in tmp_path.glob("*.history")}
    assert sum(file.stat().st_blocks * 512 for file in tmp_path.glob("*.history")) <= 4.3 * MIB
    assert names[1].run_id in kept
    assert names[-1].run_id in kept
    assert names[0].run_id not in kept
    # An evicted file is still drawn where it is mapped, and absent elsewhere.
    assert_same_entry(mapped, entry(5_000))
    assert_same_entry(files.load(names[0]), entry(5_000))
    assert HistoryFiles(tmp_path, 4 * MIB).load(names[0]) is None


@contextlib.contextmanager
def file_size_limited_to(size: int) -> Iterator[None]:
    """Limits the file size as a full disk would: the kernel refuses the write."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


READ_MANY = """
import os, resource, sys
from pathlib import Path
from services.tracking.histories.files import HistoryFiles
from services.tracking.histories.format import Series

files = HistoryFiles(Path(sys.argv[1]), 2**30)
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
held = [files.load(Series(f"run{number}", "loss")) for number in range(100)]
print(sum(one is not None for one in held), len(os.listdir("/proc/self/fd")) < 48)
"""


def test_a_comparison_of_many_runs_does_not_use_up_the_open_files(tmp_path: Path) -> None:
    files = HistoryFiles(tmp_path, 2**30)
    for number in range(100):
        files.save(Series(f"run{number}", "loss"), entry(5_000))  # large enough to be mapped
    command = [sys.executable, "-c", READ_MANY, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=True)
    assert done.stdout == "100 True\n"


def test_histories_stay_in_memory_while_the_disk_is_full(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    files = HistoryFiles(tmp_path, 2**30)
    old, new = entry(10, 1.0), entry(2_000, 2.0)
    files.save(ONE, old)
    with caplog.at_level(logging.WARNING), file_size_limited_to(10_000):
        for _ in range(3):
            files.save(ONE, new)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert_same_entry(files.load(ONE), new)
    assert_same_entry(HistoryFiles(tmp_path, 2**30).load(ONE), old)
    assert not list(tmp_path.glob("*.tmp"))
    # Another worker, whose disk has room, writes last.
    HistoryFiles(tmp_path, 2**30).save(ONE, entry(3_000, 3.0))
    assert_same_entry(files.load(ONE), entry(3_000, 3.0))


def test_the_cache_may_be_deleted_at_any_time(tracking: Tracking, tmp_path: Path) -> None:
    store = store_at(tracking.address, tmp_path)
    runs = [new_run(tracking, dense(20, seed=seed)) for seed in (1, 2)]
    complete_history(store, runs[0])
    for file in sorted(tmp_path.rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()
    assert_same(complete_history(store, runs[0]), expected(dense(20, seed=1)))
    assert_same(complete_history(store, runs[1]), expected(dense(20, seed=2)))


READER = """
import sys
from pathlib import Path
from domain.tracking.runs import Run
from tests.histories.logged_runs import complete_histories, store_at
runs = [Run.model_validate_json(text) for text in sys.argv[3:]]
found = complete_histories(store_at(sys.argv[1], Path(sys.argv[2])), *runs).found
print(sorted(len(history) for history in found.values()))
"""


def test_two_workers_without_a_cache_request_each_history_once(
    tracking: Tracking, gateway: Gateway, tmp_path: Path
) -> None:
    runs = [new_run(tracking, dense(count)) for count in (3_000, 4_000, 50)]
    arguments = [gateway.address, str(tmp_path), *(run.model_dump_json() for run in runs)]
    workers = [
        subprocess.Popen([sys.executable, "-c", READER, *arguments], cwd=ROOT, text=True, stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    assert [worker.communicate(timeout=300)[0] for worker in workers] == ["[50, 3000, 4000]\n"] * 2
    # Two samples (short and long), and two windows for each of the long ones.
    assert gateway.request_count(INTERVAL) == 2 + 2 * 2


def test_saving_a_history_copies_no_column() -> None:
    kept = entry(20)
    columns = [np.frombuffer(part, np.uint8) for part in encode(ONE, kept)[2:]]
    for column, own in zip(columns, (kept.history.step, kept.history.value, kept.history.timestamp), strict=True):
        assert np.shares_memory(column, own)
