"""Numbers wait in a file: in order, each once, wherever a write is cut off."""

import resource
import signal
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from training.tracking.points import Journal, Point

VALUES = st.floats(width=64)
ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), VALUES), st.tuples(st.just("send"), st.integers(1, 5)), st.just(("crash", 0))
    ),
    max_size=60,
)


@settings(max_examples=50)
@given(ACTIONS)
def test_a_journal_is_a_queue_that_survives_a_restart(actions: list[tuple[str, float]]) -> None:
    """A number may be sent again after a crash: the sender drops repeated steps."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "journal"
        journal, waiting, forgotten, step = Journal(file), list[Point](), list[Point](), 0
        for action, value in actions:
            if action == "append":
                step += 1
                waiting.append(Point("loss", value, 10 * step, step))
                journal.append(waiting[-1])
            elif action == "send":
                points, size = journal.first(int(value))
                assert repr(points) == repr(waiting[: int(value)])
                journal.done(size)
                forgotten += waiting[: len(points)]
                del waiting[: len(points)]
                forgotten = forgotten if waiting else []
            else:
                journal.close()
                journal, waiting, forgotten = Journal(file), [*forgotten, *waiting], []
            assert journal.is_empty == (not waiting)
        journal.close()


def test_an_incomplete_line_is_dropped_and_points_beyond_the_limit_counted(tmp_path: Path) -> None:
    file = tmp_path / "journal"
    file.write_bytes(b'["a",1.0,1,1]\n["a",2.')
    journal = Journal(file, most_bytes=32)
    for step in (2, 3, 4):
        journal.append(Point("a", 0.5, 1, step))
    assert ([point.step for point in journal.first(9)[0]], journal.dropped) == ([1, 2], 2)
    journal.close()


def test_points_wait_in_memory_while_the_disk_is_full(tmp_path: Path) -> None:
    """A file size limit acts as a disk that takes half of a line; as a full one does, it may take more later."""
    journal, before = Journal(tmp_path / "journal"), resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (50, before[1]))
        for step in range(1, 9):
            journal.append(Point("loss", 0.5, 1, step))
            journal.save()
        assert (tmp_path / "journal").read_bytes().count(b"\n") == (tmp_path / "journal").stat().st_size // 17 == 2
        points, size = journal.first(4)
        journal.done(size)
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        points += journal.first(100)[0]
        assert ([point.step for point in points], journal.dropped) == (list(range(1, 9)), 0)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
        journal.close()
