"""A lock for all workers of this host, by a file."""

import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

log = logging.getLogger(__name__)


@contextlib.contextmanager
def host_lock(path: Path, wait_seconds: float = 0.0) -> Iterator[bool]:
    """Tries for up to `wait_seconds` to lock `path` on this host, and yields whether the caller may go on.

    A crash releases the lock. If the disk cannot be written, nothing is shared either, and every caller may go on.
    """
    # Opened at each use, hence after gunicorn's fork: a descriptor from before it would share one lock. By `flock`
    # only: the other kind of lock that filelock falls back to survives a crash.
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
        # The warning comes from the callers that fail to write there.
        log.debug("no lock on this disk", extra={"file": str(path), "cause": str(error)})
    return True
