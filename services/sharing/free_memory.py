"""Gives memory that large arrays have left back to the system: the C library keeps it for the next ones."""

import ctypes


def give_back() -> None:
    """Gives back what is free, where the C library can (glibc's)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
