"""What the machine has on which environments are played in."""

import os


def memory_bytes() -> int:
    """Returns how much memory it has."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
