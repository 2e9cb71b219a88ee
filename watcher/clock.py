"""The watcher's wall clock."""

import time


def now_ms() -> int:
    """Returns the current time in Unix ms."""
    return time.time_ns() // 1_000_000
