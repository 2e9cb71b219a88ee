"""GPU usage by group: hours, energy, utilisation, and hours that a GPU was reserved and idle."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict

from domain.fleet.kept_history import GpuUser
from domain.fleet.series import Column, FleetHistory, GpuSeries, Measure, Steps
from domain.gpus import IDLE_BELOW_PERCENT, RESERVED_ABOVE_MIB

_JOULES_PER_KWH: Final = 3.6e6


class Grouping(StrEnum):
    """What GPU usage is grouped by."""

    GPU = "gpu"
    HOST = "host"
    OWNER = "owner"
    RUN = "run"
    EXPERIMENT = "experiment"


class RunName(NamedTuple):
    """A run's id, name and experiment."""

    run_id: str
    name: str
    experiment: str


RunOf = Callable[[GpuUser], RunName | None]
GroupKey = tuple[tuple[str, str | None], ...]


class UsageRow(BaseModel):
    """The usage of a group in a time span: `gpu_hours` it held GPUs, in equal shares where several users held one.

    `covered` is how much of the span those GPUs were observed, 0 to 1; unobserved time is not counted.
    `mean_utilization` in %; `energy_kwh` is None where unknown, `energy_covered` is the share of hours for which it is
    known. `idle_reserved_hours` are those in which a GPU was reserved and idle.
    """

    model_config = ConfigDict(frozen=True)

    owner: str | None = None
    run_id: str | None = None
    run: str | None = None
    experiment: str | None = None
    host: str | None = None
    gpu: str | None = None
    gpus: int
    gpu_hours: float
    mean_utilization: float | None
    energy_kwh: float | None
    energy_covered: float
    peak_memory_mib: float | None
    idle_reserved_hours: float
    covered: float
    first_ms: int | None
    last_ms: int | None


class _Part(NamedTuple):
    """What one group held of one GPU: hours in each step."""

    series: GpuSeries
    hours: Column
    idle: Column


def usage(history: FleetHistory, grouping: Grouping, run_of: RunOf) -> list[UsageRow]:
    """Returns a row for each group, most hours first; owners and runs are listed only if they held a GPU."""
    groups: dict[GroupKey, list[_Part]] = defaultdict(list)
    for series in history.gpus:
        idle = idle_while_reserved(series)
        for key, share in group_parts(series, grouping, run_of):
            hours = series.covered * share * history.steps.hours
            groups[key].append(_Part(series, hours, hours * idle))
    rows = [_row(dict(key), parts, history.steps) for key, parts in groups.items()]
    return sorted((row for row in rows if row.gpu_hours > 0), key=_by_hours)


def _by_hours(row: UsageRow) -> tuple[float, str]:
    return -row.gpu_hours, group_name(row.model_dump(include={"owner", "run", "run_id", "experiment", "host", "gpu"}))


def group_name(key: Mapping[str, str | None]) -> str:
    """Returns the known parts of a group's name as one text; empty where none is known."""
    names = ("host", "gpu", "owner", "run", "experiment")
    return " · ".join(filter(None, (key.get(name) for name in names))) or key.get("run_id") or ""


def group_parts(series: GpuSeries, grouping: Grouping, run_of: RunOf) -> Iterator[tuple[GroupKey, Column]]:
    """Yields the groups that hold a GPU, each with its share of every step."""
    whole = np.ones(len(series.covered))
    if grouping is Grouping.GPU:
        yield (("host", series.gpu.host), ("gpu", series.gpu.gpu)), whole
    elif grouping is Grouping.HOST:
        yield (("host", series.gpu.host),), whole
    else:
        yield from shares(series, grouping, run_of).items()


def idle_while_reserved(series: GpuSeries) -> Column:
    """Returns the share of each step's observed time in which the GPU was reserved and idle.

    Where no reservation is reported, a GPU counts as reserved if it holds more memory than a bare driver takes.
    """
    reserved = series.column(Measure.RESERVED)
    memory = series.column(Measure.MEMORY_USED)
    held = np.where(np.isnan(reserved), (np.nan_to_num(memory) > RESERVED_ABOVE_MIB).astype(float), reserved)
    utilization = series.column(Measure.UTILIZATION)
    return np.where(np.nan_to_num(utilization, nan=100.0) < IDLE_BELOW_PERCENT, held, 0.0)


def shares(series: GpuSeries, grouping: Grouping, run_of: RunOf) -> Mapping[GroupKey, Column]:
    """Returns the share of each step of a GPU by owner, run or experiment; simultaneous users share it equally."""
    held: dict[GroupKey, Column] = {}
    for user, share in series.uses.items():
        key = _key(user, grouping, run_of)
        # Several processes of one group, at once or in sequence, hold the GPU as long as any of them does, and never
        # twice.
        held[key] = np.minimum(1.0, held[key] + share) if key in held else share
    total = np.array(list(held.values())).sum(axis=0) if held else np.zeros(len(series.covered))
    scale = np.divide(1.0, total, out=np.ones(len(series.covered)), where=total > 1.0)
    return {key: share * scale for key, share in held.items()}


def _key(user: GpuUser, grouping: Grouping, run_of: RunOf) -> GroupKey:
    if grouping is Grouping.OWNER:
        return (("owner", user.owner),)
    run = run_of(user)
    if grouping is Grouping.EXPERIMENT:
        return (("experiment", run.experiment if run else None),)
    if run is None:
        return (("owner", user.owner), ("run_id", user.run_id), ("run", user.workload), ("experiment", None))
    return (("owner", user.owner), ("run_id", run.run_id), ("run", run.name), ("experiment", run.experiment))


def _row(key: Mapping[str, str | None], parts: Sequence[_Part], steps: Steps) -> UsageRow:
    hours = np.array([part.hours for part in parts])
    by_gpu = {part.series.gpu.key: part.series for part in parts}
    had = np.flatnonzero(hours.sum(axis=0) > 0)
    energy, of_hours = _energy(parts, steps)
    total = float(hours.sum())
    return UsageRow(
        **key,
        gpus=len(by_gpu),
        gpu_hours=total,
        mean_utilization=_weighted((part.series.column(Measure.UTILIZATION) for part in parts), hours),
        energy_kwh=energy,
        energy_covered=of_hours / total if total else 0.0,
        peak_memory_mib=_peak(parts),
        idle_reserved_hours=float(np.array([part.idle for part in parts]).sum()),
        covered=float(np.mean([series.covered.mean() for series in by_gpu.values()])),
        first_ms=int(steps.since_ms + had[0] * steps.step_ms) if len(had) else None,
        last_ms=int(steps.since_ms + (had[-1] + 1) * steps.step_ms) if len(had) else None,
    )


def _energy(parts: Sequence[_Part], steps: Steps) -> tuple[float | None, float]:
    """Returns the energy in kWh, and the hours for which it is known."""
    found = [_joules(part, steps) for part in parts]
    known = np.array([~np.isnan(joules) for joules in found])
    hours = float(np.where(known, np.array([part.hours for part in parts]), 0.0).sum())
    return (float(np.nansum(found)) / _JOULES_PER_KWH if hours > 0 else None), hours


def _joules(part: _Part, steps: Steps) -> Column:
    """Returns the energy in J that a GPU used in each step for these hours, by its power, else by its counter."""
    by_power = part.series.column(Measure.POWER) * part.hours * 3600.0
    covered_hours = part.series.covered * steps.hours
    share = np.divide(part.hours, covered_hours, out=np.zeros(steps.number), where=covered_hours > 0)
    return np.where(np.isnan(by_power), part.series.column(Measure.ENERGY) * share, by_power)


def _weighted(columns: Iterable[Column], hours: Column) -> float | None:
    values = np.array(list(columns))
    weights = np.where(np.isnan(values), 0.0, hours)
    return float((np.nan_to_num(values) * weights).sum() / weights.sum()) if weights.sum() > 0 else None


def _peak(parts: Sequence[_Part]) -> float | None:
    values = [np.where(part.hours > 0, part.series.column(Measure.MEMORY_USED), np.nan) for part in parts]
    stacked = np.array(values)
    return None if np.isnan(stacked).all() else float(np.nanmax(stacked))
