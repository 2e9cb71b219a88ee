"""The history kept by the GPU monitors, used where there is no Prometheus."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np
from pydantic import ValidationError

from domain.errors import BadResponse, ClewError
from domain.errors.fleet.history import MonitorSays, MonitorSilent, OtherSteps
from domain.errors.misfits import misfit_of
from domain.errors.names import GpuMonitor, GpuMonitors
from domain.fleet.kept_history import HistoryQuery, KeptGpu, KeptHistory
from domain.fleet.merging import merged_reports
from domain.fleet.series import Column, FleetHistory, GpuIdentity, GpuSeries, HistorySource, Measure, Steps
from domain.message_data import message_in
from domain.messages import Reason
from services.run_facts.gpus import Monitor

_SECONDS: Final = 10.0
_AT_ONCE: Final = 12


class MonitorHistory:
    """Reads the history of all configured monitors in parallel."""

    source = HistorySource.MONITORS
    name = GpuMonitors()
    only_where_drawn: frozenset[Measure] = frozenset()

    def __init__(self, monitors: Sequence[Monitor]) -> None:
        self._monitors = monitors

    def read(self, steps: Steps, drawn: Measure | None = None) -> FleetHistory:
        """Returns the GPUs over a grid of steps, with all measures; a monitor that fails is mentioned in the remarks.

        Raises a monitor's failure if none answers.
        """
        with ThreadPoolExecutor(_AT_ONCE, "gpu-history") as threads:
            found = list(threads.map(lambda monitor: _read(monitor, steps), self._monitors))
        named = list(zip((monitor.name for monitor in self._monitors), found, strict=True))
        kept = [(host, one) for host, one in named if isinstance(one, KeptHistory)]
        failures = [one for one in found if isinstance(one, ClewError)]
        if failures and not kept:
            raise failures[0]
        oldest = [one.kept_since_ms for _host, one in kept if one.kept_since_ms is not None]
        return FleetHistory(
            steps,
            self.source,
            merged_reports(_series(host, gpu) for host, one in kept for gpu in one.gpus),
            [remark for host, one in named for remark in _remarks(host, one)],
            min(oldest, default=None),
        )


def _read(monitor: Monitor, steps: Steps) -> KeptHistory | ClewError:
    # Not validated here: a monitor refuses steps that it does not have.
    query = HistoryQuery.model_construct(since_ms=steps.since_ms, until_ms=steps.until_ms, step_s=steps.step_ms // 1000)
    try:
        answer = monitor.service.call("GET", "/history", params=query.model_dump(), deadline_seconds=_SECONDS)
        kept = KeptHistory.model_validate(answer)
    except ValidationError as error:
        return BadResponse(GpuMonitor(monitor.name), *misfit_of(error))
    except ClewError as error:
        return error
    return (
        kept if kept.steps == steps.number else BadResponse(GpuMonitor(monitor.name), "steps", OtherSteps(kept.steps))
    )


def _remarks(host: str, found: KeptHistory | ClewError) -> Iterator[Reason]:
    if isinstance(found, ClewError):
        yield MonitorSilent(host, found)
    elif found.error is not None:
        yield MonitorSays(host, message_in(found.model_dump(), found.error))


def _series(host: str, gpu: KeptGpu) -> GpuSeries:
    measures = (measure for measure in Measure if measure is not Measure.ENERGY)
    return GpuSeries(
        GpuIdentity(host, gpu.place, gpu.uuid, gpu.name),
        np.array(gpu.covered, np.float64),
        {measure: _column(getattr(gpu, measure)) for measure in measures},
        {use.user: np.array(use.share, np.float64) for use in gpu.uses},
    )


def _column(values: Sequence[float | None]) -> Column:
    return np.array(values, np.float64)  # None becomes NaN
