"""A full disk, and foreign files in the cache: what was read is shown nevertheless."""

import contextlib
import os
import resource
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

import pytest

from services.sharing.atomic_file import open_plain, put
from services.sharing.host_lock import host_lock
from services.sharing.shared_file import SharedFile
from services.sharing.version_token import VersionToken
from tests.sharing.workers import Source, worker

ROOT = Path(__file__).parents[2]


@contextlib.contextmanager
def full_disk() -> Iterator[None]:
    """Makes the kernel refuse every byte."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_value_that_a_full_disk_cannot_store_is_shown_and_read_only_once(tmp_path: Path) -> None:
    source = Source()
    one, other = worker(tmp_path, source.read), worker(tmp_path, source.read)
    one.view(40)
    with full_disk():
        assert [one.refreshed(40).value, *(one.view(40).value for _ in range(5))] == [[2]] * 6
        assert one.disk_failure is not None
        assert other.newest().value == [1]
        assert [path.name for path in tmp_path.glob("*.tmp")] == []
    assert one.refreshed(40).value == other.newest().value == [3]
    assert one.disk_failure is None


def test_values_are_shown_although_the_cache_folder_cannot_be_created(tmp_path: Path) -> None:
    source = Source()
    (tmp_path / "cache").write_text("in the way")
    token = VersionToken(tmp_path / "cache" / "token")
    one = worker(tmp_path / "cache" / "folder", source.read, token=token)
    assert [one.view(40).value for _ in range(5)] == [[1]] * 5
    assert one.disk_failure is not None
    token.renew()
    assert [one.view(40).value for _ in range(5)] == [[2]] * 5
    assert (one.start_if_due().result(40), source.reads) == (None, 2)


ON_A_BAD_DISK = """
import sys
from pathlib import Path
from tests.sharing.workers import Source, worker
source, folder = Source(), Path(sys.argv[1]) / "cache"
one, other = worker(folder, source.read), worker(folder, source.read)
print([one.view(40).value for _ in range(5)], one.disk_failure)
print(other.view(40).value, other.disk_failure is not None, source.reads)
"""
DISKS = {
    "full": ("mount -t tmpfs -o size=4k tmpfs {0} && cat /dev/zero 2>&- > {0}/filled", "No space left on device"),
    "read-only": ("mount -t tmpfs -o ro tmpfs {0}", "Read-only file system"),
}


@pytest.mark.parametrize("disk", DISKS)
def test_values_are_shown_with_the_cause_on_an_unwritable_disk(tmp_path: Path, disk: str) -> None:
    mount, cause = DISKS[disk]
    apart = ["unshare", "--map-root-user", "--mount", "sh", "-c"]
    if (
        shutil.which("unshare") is None
        or subprocess.run([*apart, mount.format(tmp_path) + "; mountpoint -q " + str(tmp_path)]).returncode
    ):
        pytest.skip("this system lets nobody mount anything")
    script = f'{mount.format(tmp_path)}; exec "$@"'
    command = [*apart, script, "sh", sys.executable, "-c", ON_A_BAD_DISK, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout.startswith("[[1], [1], [1], [1], [1]] "), done.stderr
    assert cause in done.stdout
    assert done.stdout.endswith("[2] True 2\n")


def link(path: Path, foreign: Path) -> None:
    path.symlink_to(foreign)


def pipe(path: Path, _foreign: Path) -> None:
    os.mkfifo(path)


def folder(path: Path, _foreign: Path) -> None:
    path.mkdir()


def dangling(path: Path, foreign: Path) -> None:
    path.symlink_to(foreign.with_name("nowhere"))


THINGS: list[Callable[[Path, Path], None]] = [link, pipe, folder, dangling]
NAMES = ("numbers.json", "numbers-attempt.json", "numbers.lock", "token")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("thing", THINGS, ids=lambda thing: thing.__name__)
def test_links_pipes_and_folders_in_the_cache_are_neither_followed_nor_waited_for(
    tmp_path: Path, name: str, thing: Callable[[Path, Path], None]
) -> None:
    foreign, cache = tmp_path / "foreign", tmp_path / "cache"
    foreign.write_text('{"format":1,"value":[666]}')
    cache.mkdir()
    thing(cache / name, foreign)
    source, ended = Source(), threading.Event()

    def use() -> None:
        token = VersionToken(cache / "token")
        one, other = (worker(cache, source.read, token=token) for _ in range(2))
        assert one.view(40).value == [1]
        one.start_if_due().result(40)
        token.renew()
        assert one.view(40).value == [2]
        assert other.view(40).value in ([2], [3])
        ended.set()

    thread = threading.Thread(target=use, daemon=True)
    thread.start()
    assert ended.wait(60)
    thread.join(40)
    assert foreign.read_text() == '{"format":1,"value":[666]}'
    assert not (tmp_path / "nowhere").exists()


def test_only_regular_files_are_opened_and_others_are_replaced(tmp_path: Path) -> None:
    foreign = tmp_path / "foreign"
    foreign.write_text("foreign")
    for thing in (link, pipe, dangling):
        path = tmp_path / thing.__name__
        thing(path, foreign)
        with pytest.raises(OSError), open_plain(path):  # noqa: PT011, each kind has a number of its own
            pass
        put(path, b"ours")
        with open_plain(path) as file:
            assert file.read() == b"ours"
    assert foreign.read_text() == "foreign"


def test_all_workers_continue_if_the_disk_cannot_hold_a_lock(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with host_lock(tmp_path / "file" / "a.lock") as first, host_lock(tmp_path / "file" / "a.lock") as second:
        assert (first, second) == (True, True)


class SlowText:
    """Stops while it is serialized, until it is released."""

    suffix = ".txt"
    is_mapped = False

    def __init__(self) -> None:
        self.began, self.go_on = threading.Event(), threading.Event()
        self.go_on.set()

    def chunks(self, value: str) -> Iterator[bytes]:
        self.began.set()
        yield value[:1].encode()
        assert self.go_on.wait(40)
        yield value[1:].encode()

    def read(self, file: BinaryIO) -> str:
        return file.read().decode()


def test_no_caller_waits_for_a_slow_disk(tmp_path: Path) -> None:
    form = SlowText()
    file = SharedFile(tmp_path / "value.txt", form)
    file.write("former")
    form.began.clear()
    form.go_on.clear()
    writing = threading.Thread(target=file.write, args=("newer",))
    writing.start()
    assert form.began.wait(40)
    with ThreadPoolExecutor() as pool:  # a reader that waited would do so until the writer goes on
        assert pool.submit(file.read).result(40) == "former"
        form.go_on.set()
    writing.join(40)
    assert file.read() == "newer"
