"""The utilisation of a GPU since the last reading."""

import time
from typing import Any, Final

import pynvml

from gpu_monitor.driver.nvml.calls import ABSENT

# The member of NVML's union that holds the value, by its type.
_MEMBERS: Final = {
    pynvml.NVML_VALUE_TYPE_DOUBLE: "dVal",
    pynvml.NVML_VALUE_TYPE_UNSIGNED_INT: "uiVal",
    pynvml.NVML_VALUE_TYPE_UNSIGNED_LONG: "ulVal",
    pynvml.NVML_VALUE_TYPE_UNSIGNED_LONG_LONG: "ullVal",
    pynvml.NVML_VALUE_TYPE_SIGNED_LONG_LONG: "sllVal",
}
# Errors that mean that the driver's buffer is unavailable, or empty since the last reading.
_NO_BUFFER: Final = ABSENT | {pynvml.NVML_ERROR_NO_PERMISSION, pynvml.NVML_ERROR_INSUFFICIENT_SIZE}


class Utilization:
    """Reads the driver's own samples, taken several times a second, so that bursts between two readings are not
    missed.

    Samples outside 0 to 100 are discarded; a rate outside is left to the caller.
    """

    def __init__(self) -> None:
        self._seen_us = 0

    def read(self, handle: Any, interval_seconds: float) -> float:
        """Returns the mean in % since the last reading; without samples, the current rate. Raises NVMLError."""
        values = self._new_values(handle, interval_seconds)
        if not values:
            return float(pynvml.nvmlDeviceGetUtilizationRates(handle).gpu)
        return sum(values) / len(values)

    def _new_values(self, handle: Any, interval_seconds: float) -> list[float]:
        since_us = self._seen_us or time.time_ns() // 1000 - int(interval_seconds * 1e6)
        try:
            kind, samples = pynvml.nvmlDeviceGetSamples(handle, pynvml.NVML_GPU_UTILIZATION_SAMPLES, since_us)
        except pynvml.NVMLError as error:
            if error.value in _NO_BUFFER:
                return []
            raise
        new = [one for one in samples if one.timeStamp > since_us]
        self._seen_us = max([self._seen_us, *(one.timeStamp for one in new)])
        values = [float(getattr(one.sampleValue, _MEMBERS[kind])) for one in new] if kind in _MEMBERS else []
        return [value for value in values if 0 <= value <= 100]
