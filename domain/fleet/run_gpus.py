"""The GPUs that a run used."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from domain.fleet.kept_history import GpuUser
from domain.fleet.series import Column, FleetHistory, GpuSeries, Measure
from domain.fleet.usage import Grouping, UsageRow, usage


class RunGpu(NamedTuple):
    """A GPU of a run: how much of it the run used, and its utilisation in the steps of that use, NaN in all others.

    `covered` is the share of the run's time in which the GPU was observed.
    """

    used: UsageRow
    utilization: Column
    covered: float


def gpus_of_run(history: FleetHistory, is_its: Callable[[GpuUser], bool]) -> list[RunGpu]:
    """Returns the GPUs held by users for whom `is_its` is true, even if others held them at the same time."""
    found = []
    for series in history.gpus:
        held = [share for user, share in series.uses.items() if is_its(user)]
        if held and (share := np.minimum(1.0, np.sum(held, axis=0))).any():
            own = _while_held(series, share)
            alone = FleetHistory(history.steps, history.source, [own])
            for used in usage(alone, Grouping.GPU, lambda _user: None):
                found.append(RunGpu(used, own.column(Measure.UTILIZATION), float(series.covered.mean())))
    return found


def _while_held(series: GpuSeries, share: Column) -> GpuSeries:
    columns = {measure: np.where(share > 0, column, np.nan) for measure, column in series.columns.items()}
    if Measure.ENERGY in columns:  # a sum, not a mean
        columns[Measure.ENERGY] = columns[Measure.ENERGY] * share
    return GpuSeries(series.gpu, series.covered * share, columns)
