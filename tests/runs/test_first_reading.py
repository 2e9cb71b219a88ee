"""The first full reading of a large list: rows are shown while they arrive, and a complete list stays complete."""

import multiprocessing
from pathlib import Path

import pytest

from services.tracking.run_store import RunStore, RunView
from tests.misbehaving import eventually
from tests.runs.paced_source import PAGE, PacedSource

PERIOD = 1.0


def store(source: PacedSource, cache_dir: Path, period: float = PERIOD) -> RunStore:
    return RunStore(source, cache_dir, period)


def count(view: RunView) -> int:
    return 0 if view.runs is None else len(view.runs)


def test_rows_show_in_every_worker_while_more_come_and_are_counted(cache_dir: Path) -> None:
    source = PacedSource(3)
    reader, other = store(source, cache_dir), store(source, cache_dir)
    source.step()
    assert count(reader.first_view(20)) == PAGE
    view = other.first_view(20)
    assert count(view) == PAGE
    assert view.runs is not None
    assert view.runs.progress is not None
    assert (view.runs.progress.read, view.runs.progress.about) == (PAGE, 3 * PAGE)
    assert view.as_of is None  # they have no time yet
    seen = {view.runs.version}
    for pages in (2, 3):
        source.step()
        eventually(lambda pages=pages: count(other.view()) == pages * PAGE)
        known = other.view().runs
        assert known is not None
        seen.add(known.version)
    source.step()
    eventually(lambda: (known := other.view().runs) is not None and known.progress is None)
    whole = other.view()
    assert whole.runs is not None
    assert whole.as_of is not None
    assert whole.runs.version not in seen
    assert len(seen) == 3
    assert source.readings == 1


def test_a_caller_that_waits_for_the_first_rows_gets_them_at_once(cache_dir: Path) -> None:
    source = PacedSource(2)
    source.step()
    assert count(store(source, cache_dir).first_view(40)) == PAGE
    source.step(2)


def test_a_reading_that_fails_in_the_middle_keeps_its_rows(cache_dir: Path) -> None:
    source = PacedSource(3, fails_at=2)
    runs = store(source, cache_dir)
    source.step(3)
    eventually(lambda: runs.first_view(1).failure is not None)
    view = runs.view()
    assert count(view) == 2 * PAGE
    # The next reading starts over; while fewer rows have arrived than are shown, none disappears.
    source.fails_at = None
    source.step()
    eventually(lambda: runs.view().failure is None and source.readings >= 2)
    assert count(runs.view()) == 2 * PAGE
    source.step(3)
    eventually(lambda: (known := runs.view().runs) is not None and known.progress is None)
    assert count(runs.view()) == 3 * PAGE


def test_a_partial_list_never_replaces_a_complete_one(cache_dir: Path) -> None:
    source = PacedSource(3)
    runs, other = store(source, cache_dir, 600.0), store(source, cache_dir, 600.0)
    source.step(4)
    eventually(lambda: (known := runs.first_view(1).runs) is not None and known.progress is None)
    known = other.view().runs
    source.fails_at = 1
    source.step()
    runs.refreshed_view(0)
    eventually(lambda: source.readings == 2)
    assert count(other.view()) == 3 * PAGE
    source.step()
    eventually(lambda: runs.view().failure is not None)
    assert count(other.view()) == 3 * PAGE
    assert known is not None
    assert other.view().runs is known


def test_after_a_worker_is_killed_its_rows_stay_and_another_completes_the_list(cache_dir: Path) -> None:
    worker = multiprocessing.get_context("spawn").Process(target=_read_one_page, args=(cache_dir,))
    worker.start()
    source = PacedSource(2)
    other = store(source, cache_dir)
    eventually(lambda: count(other.last_view()) == PAGE)
    worker.kill()
    worker.join()
    assert count(other.view()) == PAGE
    source.step(3)
    eventually(lambda: (known := other.view().runs) is not None and known.progress is None)
    assert count(other.view()) == 2 * PAGE


def _read_one_page(cache_dir: Path) -> None:
    source = PacedSource(2)
    source.step()
    store(source, cache_dir).first_view(60)
    source.everything(None, lambda _table: None)  # waits for a page that never comes


@pytest.mark.parametrize("cut", [0, 7, 40, 200, -1], ids=["empty", "prelude", "header", "arrays", "last byte"])
def test_a_truncated_cache_file_is_ignored(cache_dir: Path, cut: int) -> None:
    source = PacedSource(1)
    source.step(2)
    eventually(lambda: (known := store(source, cache_dir).first_view(20).runs) is not None and known.progress is None)
    (file,) = cache_dir.rglob("runs.table")
    content = file.read_bytes()
    file.unlink()
    file.write_bytes(content[:cut])
    assert store(source, cache_dir).last_view().runs is None


@pytest.mark.parametrize("place", [0.0, 0.01, 0.3, 0.6, 0.99])
def test_a_cache_file_with_a_flipped_bit_is_ignored(cache_dir: Path, place: float) -> None:
    source = PacedSource(1)
    source.step(2)
    eventually(lambda: (known := store(source, cache_dir).first_view(20).runs) is not None and known.progress is None)
    (file,) = cache_dir.rglob("runs.table")
    content = bytearray(file.read_bytes())
    content[int(place * len(content))] ^= 4
    file.unlink()
    file.write_bytes(content)
    assert store(source, cache_dir).last_view().runs is None


def test_a_worker_keeps_no_copy_of_the_list_that_it_wrote(cache_dir: Path) -> None:
    source = PacedSource(1)
    source.step(2)
    runs = store(source, cache_dir)
    eventually(lambda: (known := runs.first_view(20).runs) is not None and known.progress is None)
    table = runs.view().runs
    assert table is not None
    assert not table.parts.runs.run_id.flags.owndata
    assert not table.parts.runs.run_id.flags.writeable


def test_the_cache_file_of_an_older_clew_is_deleted(cache_dir: Path) -> None:
    source = PacedSource(1)
    source.step(2)
    store(source, cache_dir).first_view(20)
    (file,) = cache_dir.rglob("runs.table")
    older = file.with_name("runs.json")
    older.write_text('{"format":2,"value":{}}')
    store(source, cache_dir)
    assert not older.exists()
