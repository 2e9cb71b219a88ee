"""The present reports of all GPU monitors, read in parallel and cached for a moment."""

import threading
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from cachetools import TTLCache
from pydantic import ValidationError

from concurrency.bounded_map import bounded_map
from domain.errors import BadResponse, ClewError
from domain.errors.misfits import misfit_of
from domain.errors.names import GpuMonitor
from domain.gpus import GpuReport
from transport.http_client import JsonService

_SECONDS: Final = 2.0
_AT_ONCE: Final = 12


class Monitor(NamedTuple):
    """A GPU monitor's name and client."""

    name: str
    service: JsonService


class GpuReports:
    """Reads the reports of the configured monitors; shared by all threads of a worker."""

    def __init__(self, monitors: Sequence[Monitor]) -> None:
        self._monitors = monitors
        self._kept: TTLCache[str, Mapping[str, GpuReport | ClewError]] = TTLCache(1, _SECONDS)
        self._lock = threading.Lock()

    def all(self) -> Mapping[str, GpuReport | ClewError]:
        """Returns each monitor's report by its name, or the error."""
        with self._lock:  # concurrent callers wait for the same reports
            if "now" not in self._kept:
                reports = bounded_map(_report, self._monitors, _AT_ONCE, "gpu-reports")
                self._kept["now"] = {monitor.name: one for monitor, one in zip(self._monitors, reports, strict=True)}
            return self._kept["now"]


def _report(monitor: Monitor) -> GpuReport | ClewError:
    try:
        return GpuReport.model_validate(monitor.service.call("GET", "/gpus", deadline_seconds=_SECONDS))
    except ValidationError as error:
        return BadResponse(GpuMonitor(monitor.name), *misfit_of(error))
    except ClewError as error:
        return error
