"""Returns memory freed by large arrays to the system, which the C library would keep for reuse."""

import ctypes


def trim_memory() -> None:
    """Returns free memory to the system, where the C library can (glibc's)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
