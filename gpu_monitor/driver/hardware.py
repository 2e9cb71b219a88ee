"""The vendors of the GPUs plugged into this machine, as its kernel lists them, without any driver."""

import time
from pathlib import Path
from typing import Final

from domain.gpus import GpuVendor
from gpu_monitor.driver.proc_files import read_text

_VENDORS: Final = {"0x10de": GpuVendor.NVIDIA, "0x1002": GpuVendor.AMD}
_CLASSES: Final = ("0x03", "0x12")  # display controllers and accelerators; a GPU has a sound device, too
_EACH_SECONDS: Final = 10.0


class Hardware:
    """Scans the bus every few seconds."""

    def __init__(self, sys: Path) -> None:
        self._sys = sys
        self._known: frozenset[GpuVendor] | None = None
        self._due = 0.0

    def vendors(self) -> frozenset[GpuVendor] | None:
        """Returns the vendors of the GPUs present; None if the kernel does not list them."""
        if time.monotonic() >= self._due:
            self._known = self._read()
            self._due = time.monotonic() + _EACH_SECONDS
        return self._known

    def _read(self) -> frozenset[GpuVendor] | None:
        try:
            devices = list((self._sys / "bus/pci/devices").iterdir())
        except OSError:
            devices = []
        # A Jetson's GPU is on no bus.
        board = read_text(self._sys / "firmware/devicetree/base/compatible")
        if "nvidia,tegra" in board:
            return frozenset({GpuVendor.NVIDIA})
        found = (_VENDORS.get(read_text(one / "vendor").strip()) for one in devices if _is_gpu(one))
        return frozenset(filter(None, found)) if devices else None


def _is_gpu(device: Path) -> bool:
    return read_text(device / "class").startswith(_CLASSES)
