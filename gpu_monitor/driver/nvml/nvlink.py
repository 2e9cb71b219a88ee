"""What goes over a GPU's NVLinks: the driver counts KiB since its start, so a rate is a difference of two looks."""

import time
from typing import Any, Final, NamedTuple

import pynvml

_ALL_LINKS: Final = 0xFFFF_FFFF
_FIELDS: Final = [
    (pynvml.NVML_FI_DEV_NVLINK_THROUGHPUT_DATA_RX, _ALL_LINKS),
    (pynvml.NVML_FI_DEV_NVLINK_THROUGHPUT_DATA_TX, _ALL_LINKS),
]


class LinkRates(NamedTuple):
    """KiB a second to the GPU and from it, all its links together."""

    received: float
    sent: float


class NvLink:
    """The counters of one GPU as they were at the last look."""

    def __init__(self) -> None:
        self._counted: tuple[float, list[int]] | None = None

    def read(self, handle: Any) -> LinkRates | None:
        """Returns the rates since the last look; None at the first, and where there are no links. Raises NVMLError."""
        values = pynvml.nvmlDeviceGetFieldValues(handle, _FIELDS)
        before = self._counted
        if any(one.nvmlReturn != pynvml.NVML_SUCCESS for one in values):
            self._counted = None
            return None
        now, counts = time.monotonic(), [int(one.value.ullVal) for one in values]
        self._counted = now, counts
        if before is None or now <= before[0] or any(new < old for new, old in zip(counts, before[1], strict=True)):
            return None  # the first look, or the counters began anew
        received, sent = ((new - old) / (now - before[0]) for new, old in zip(counts, before[1], strict=True))
        return LinkRates(received, sent)
