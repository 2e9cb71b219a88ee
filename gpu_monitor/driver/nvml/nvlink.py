"""The throughput of a GPU's NVLinks.

The driver counts KiB since its start, so a rate is a difference of two readings.
"""

import time
from typing import Any, Final, NamedTuple

import pynvml

_ALL_LINKS: Final = 0xFFFF_FFFF
_FIELDS: Final = [
    (pynvml.NVML_FI_DEV_NVLINK_THROUGHPUT_DATA_RX, _ALL_LINKS),
    (pynvml.NVML_FI_DEV_NVLINK_THROUGHPUT_DATA_TX, _ALL_LINKS),
]


class LinkRates(NamedTuple):
    """KiB/s to the GPU and from it, over all its links."""

    received: float
    sent: float


class NvLink:
    """The counters of one GPU at the last reading."""

    def __init__(self) -> None:
        self._counted: tuple[float, list[int]] | None = None

    def read(self, handle: Any) -> LinkRates | None:
        """Returns the rates since the last reading; None at the first, and without links. Raises NVMLError."""
        values = pynvml.nvmlDeviceGetFieldValues(handle, _FIELDS)
        before = self._counted
        if any(one.nvmlReturn != pynvml.NVML_SUCCESS for one in values):
            self._counted = None
            return None
        now, counts = time.monotonic(), [int(one.value.ullVal) for one in values]
        self._counted = now, counts
        if before is None or now <= before[0] or any(new < old for new, old in zip(counts, before[1], strict=True)):
            return None  # the first reading, or the counters were reset
        received, sent = ((new - old) / (now - before[0]) for new, old in zip(counts, before[1], strict=True))
        return LinkRates(received, sent)
