"""GPUs over a grid of time steps: a column for each measure, NaN where unknown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from domain.fleet.kept_history import GpuUser
from domain.messages import Reason

Column = NDArray[np.float64]
HOUR_SECONDS: Final = 3600.0


class Measure(StrEnum):
    """A measure of a GPU in a step: %, MiB, °C, W, share of time reserved, and J.

    `energy` is the increase of the GPU's counter; where there is none, it is computed from `power`.
    """

    UTILIZATION = "utilization"
    MEMORY_USED = "memory_used"
    TEMPERATURE = "temperature"
    POWER = "power"
    RESERVED = "reserved"
    ENERGY = "energy"


class Steps(NamedTuple):
    """A grid of `number` steps of `step_ms`, the first from `since_ms` on (Unix ms)."""

    since_ms: int
    step_ms: int
    number: int

    @property
    def until_ms(self) -> int:
        """The end of the last step."""
        return self.since_ms + self.number * self.step_ms

    @property
    def hours(self) -> float:
        """The length of a step."""
        return self.step_ms / 1000 / HOUR_SECONDS

    @property
    def ends_ms(self) -> NDArray[np.int64]:
        """The end of each step [number], in Unix ms."""
        return self.since_ms + self.step_ms * np.arange(1, self.number + 1, dtype=np.int64)

    def nothing(self) -> Column:
        """Returns a column of unknown values."""
        return np.full(self.number, np.nan)

    def zeros(self) -> Column:
        """Returns a column of zeros."""
        return np.zeros(self.number)


class GpuIdentity(NamedTuple):
    """The identity of a GPU: `gpu` is its number on the host, with the MIG instance if it is one."""

    host: str
    gpu: str
    uuid: str | None = None
    name: str | None = None

    @property
    def key(self) -> str:
        """An identifier that is the same in all reports: its UUID, else host and number."""
        return self.uuid or f"{self.host}\n{self.gpu}"

    @property
    def label(self) -> str:
        """The name of the GPU among those of other hosts."""
        return f"{self.host} · {self.gpu}"


@dataclass(frozen=True)
class GpuSeries:
    """One GPU: `covered` is the share of each step in which it was observed; all columns describe that time.

    `uses` is the share of the observed time in which each user had it; several may have it at once.
    """

    gpu: GpuIdentity
    covered: Column
    columns: Mapping[Measure, Column]
    uses: Mapping[GpuUser, Column] = field(default_factory=dict)

    def column(self, measure: Measure) -> Column:
        """Returns the means of a measure; NaN throughout where it is not reported."""
        known = self.columns.get(measure)
        return np.full(len(self.covered), np.nan) if known is None else known


class HistorySource(StrEnum):
    """The source of the history."""

    PROMETHEUS = "prometheus"
    MONITORS = "monitors"


@dataclass(frozen=True)
class FleetHistory:
    """The history of a time span from one source: the GPUs, by host and number, and remarks about gaps."""

    steps: Steps
    source: HistorySource
    gpus: Sequence[GpuSeries]
    remarks: Sequence[Reason] = ()
    kept_since_ms: int | None = None
