"""One lock for all workers of this host, by a file."""

import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

log = logging.getLogger(__name__)


@contextlib.contextmanager
def host_lock(path: Path, wait_seconds: float = 0.0) -> Iterator[bool]:
    """Tries for up to `wait_seconds` to be alone on this host, and yields whether the caller may go on.

    A crash lets go of the lock. Where the disk takes none, nothing is shared either, and everybody may go on.
    """
    # Opened at each use, hence after gunicorn's fork: a descriptor from before it would share one lock. By `flock` or
    # not at all: the lock of another kind that filelock would take instead outlives a crash.
    lock = FileLock(path, timeout=wait_seconds, thread_local=False, fallback_to_soft=False)
    try:
        yield _is_free(lock, path)
    finally:
        lock.release()


def _is_free(lock: FileLock, path: Path) -> bool:
    try:
        lock.acquire()
    except Timeout:
        return False
    except OSError as error:
        # Said aloud by those who find that nothing can be written there.
        log.debug("no lock on this disk", extra={"file": str(path), "cause": str(error)})
    return True
