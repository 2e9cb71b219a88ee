"""The history of one measure as lines of a chart, one for each GPU or group of GPUs."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from domain.fleet.series import Column, FleetHistory, GpuSeries, Measure
from domain.fleet.usage import Grouping, GroupKey, RunOf, group_name, group_parts

_SUMMED = (Measure.MEMORY_USED, Measure.POWER)


class Line(NamedTuple):
    """A group, by the parts of its name, and its values over the steps, NaN where unknown."""

    key: GroupKey
    values: Column


class _Weighted(NamedTuple):
    values: Column
    weights: Column


def lines(history: FleetHistory, measure: Measure, grouping: Grouping, run_of: RunOf) -> list[Line]:
    """Returns a line for each group that has any value, highest mean first.

    Over several GPUs, utilisation is averaged, memory and power are summed, temperature is the maximum.
    """
    groups: dict[GroupKey, list[_Weighted]] = defaultdict(list)
    for series in history.gpus:
        for key, weights in group_parts(series, grouping, run_of):
            groups[key].append(_Weighted(series.column(measure), weights))
    made = [Line(key, _together(parts, measure)) for key, parts in groups.items()]
    known = [line for line in made if not np.isnan(line.values).all()]
    return sorted(known, key=lambda line: (-float(np.nanmean(line.values)), group_name(dict(line.key))))


def _together(parts: Sequence[_Weighted], measure: Measure) -> Column:
    values = np.array([part.values for part in parts])
    weights = np.where(np.isnan(values), 0.0, np.array([part.weights for part in parts]))
    known = weights.sum(axis=0)
    values = np.nan_to_num(values)
    if measure is Measure.TEMPERATURE:
        highest = np.where(weights > 0, values, -np.inf).max(axis=0)
        return np.where(known > 0, highest, np.nan)
    total = (values * weights).sum(axis=0)
    if measure in _SUMMED:
        # The mean of a partly observed step stands for the whole step; a shared GPU counts by its share.
        share = np.where(weights > 0, np.minimum(1.0, weights), 0.0)
        summed: Column = np.where(known > 0, (values * share).sum(axis=0), np.nan)
        return summed
    mean: Column = np.divide(total, known, out=np.full(len(known), np.nan), where=known > 0)
    return mean


def matching(history: FleetHistory, text: str, run_of: RunOf) -> FleetHistory:
    """Returns the GPUs whose host, number, name or users contain a text, ignoring case."""
    sought = text.strip().casefold()
    if not sought:
        return history
    kept = [one for one in history.gpus if any(sought in name.casefold() for name in _names_of(one, run_of))]
    return FleetHistory(history.steps, history.source, kept, history.remarks, history.kept_since_ms)


def names_a_gpu(history: FleetHistory, text: str) -> bool:
    """Returns whether a GPU's own host, number or name contains a text, not only its users' names."""
    sought = text.strip().casefold()
    return any(sought in name.casefold() for one in history.gpus for name in _own_names(one))


def named(key: GroupKey, text: str) -> bool:
    """Returns whether a group's name contains a text."""
    sought = text.strip().casefold()
    return not sought or any(sought in (part or "").casefold() for _name, part in key)


def _names_of(series: GpuSeries, run_of: RunOf) -> Iterator[str]:
    yield from _own_names(series)
    for user in series.uses:
        run = run_of(user)
        yield from (user.owner or "", user.workload or "", user.run_id or "")
        if run is not None:
            yield from run


def _own_names(series: GpuSeries) -> tuple[str, ...]:
    gpu = series.gpu
    return gpu.label, gpu.uuid or "", gpu.name or ""
