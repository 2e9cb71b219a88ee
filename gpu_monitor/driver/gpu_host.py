"""All GPUs of this host, of all vendors, and their users."""

import time
from pathlib import Path
from typing import Final

from domain.gpus import GpuVendor, HostState, Troubled, VendorTrouble
from gpu_monitor.driver.amd.host import AmdHost
from gpu_monitor.driver.hardware import Hardware
from gpu_monitor.driver.nvml.host import NvmlHost
from gpu_monitor.driver.reservations import Reservations
from gpu_monitor.readings import Reading

_FIRST_AMD_ID: Final = 1_000  # above NVIDIA's indexes if there are any; otherwise AMD's are numbered from 0 on
_TROUBLE: Final = set(Troubled.model_fields)


class GpuHost:
    """Reads the GPUs of each vendor that may be present."""

    def __init__(self, extended: bool, sys: Path = Path("/sys")) -> None:
        self._hardware = Hardware(sys)
        self._nvml = NvmlHost(extended)
        self._amd = AmdHost(extended)
        self._reservations = Reservations()

    def read(self, interval_seconds: float) -> Reading:
        """Returns the GPUs now, or why they cannot be read.

        A host without GPUs returns none, and no trouble.
        """
        plugged = self._hardware.vendors()
        found: dict[GpuVendor, Reading] = {}
        nvidia = self._nvml.read(interval_seconds)
        has_nvidia = plugged is None or GpuVendor.NVIDIA in plugged or nvidia.state is not HostState.NO_LIBRARY
        if has_nvidia:
            found[GpuVendor.NVIDIA] = nvidia
        if plugged is not None and GpuVendor.AMD in plugged:
            found[GpuVendor.AMD] = self._amd.read(_FIRST_AMD_ID if has_nvidia else 0)
        together = _together(found)
        return together.model_copy(update={"gpus": self._reservations.of(together.gpus)}) if together.gpus else together


def _together(found: dict[GpuVendor, Reading]) -> Reading:
    """Joins the vendors' readings: one vendor's trouble is the host's only if no other vendor has GPUs.

    Else it is reported next to them.
    """
    if not found:
        return Reading(taken_at=time.time_ns() // 1_000_000, state=HostState.NO_GPU)
    readings = list(found.values())
    leading = next((one for one in readings if one.gpus), readings[0])
    gpus = [gpu for reading in readings for gpu in reading.gpus]
    troubles = [
        VendorTrouble(vendor=vendor, state=one.state, **one.model_dump(include=_TROUBLE))
        for vendor, one in found.items()
        if one is not leading and one.state is not HostState.OK
    ]
    return leading.model_copy(update={"gpus": gpus, "troubles": troubles or None})
