"""GPUs over a grid of steps: a column for each measure, NaN where nothing is known."""

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
    """What is known of a GPU in a step: % of the time, MiB, °C, W, J, and the share in which it was reserved.

    `energy` is what a counter of the GPU rose by; where there is none it follows from `power`.
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
        """Where the last one ends."""
        return self.since_ms + self.number * self.step_ms

    @property
    def hours(self) -> float:
        """How long each is."""
        return self.step_ms / 1000 / HOUR_SECONDS

    @property
    def ends_ms(self) -> NDArray[np.int64]:
        """Where each ends [number]."""
        return self.since_ms + self.step_ms * np.arange(1, self.number + 1, dtype=np.int64)

    def nothing(self) -> Column:
        """Returns a column of which nothing is known."""
        return np.full(self.number, np.nan)

    def zeros(self) -> Column:
        """Returns a column of shares that are 0."""
        return np.zeros(self.number)


class GpuIdentity(NamedTuple):
    """Which GPU: `gpu` is its number on the host, with its instance where it is a part of one."""

    host: str
    gpu: str
    uuid: str | None = None
    name: str | None = None

    @property
    def key(self) -> str:
        """The same for whoever reports it: by its UUID, else by its place."""
        return self.uuid or f"{self.host}\n{self.gpu}"

    @property
    def label(self) -> str:
        """As it is named beside GPUs of other hosts."""
        return f"{self.host} · {self.gpu}"


@dataclass(frozen=True)
class GpuSeries:
    """One GPU: `covered` is the share of each step in which it was heard, all columns are of that share.

    `uses` is the share of what was heard in which each user had it; several may have it at once.
    """

    gpu: GpuIdentity
    covered: Column
    columns: Mapping[Measure, Column]
    uses: Mapping[GpuUser, Column] = field(default_factory=dict)

    def column(self, measure: Measure) -> Column:
        """Returns the means of a measure; NaN throughout where nobody reports it."""
        known = self.columns.get(measure)
        return np.full(len(self.covered), np.nan) if known is None else known


class HistorySource(StrEnum):
    """Who keeps the history."""

    PROMETHEUS = "prometheus"
    MONITORS = "monitors"


@dataclass(frozen=True)
class FleetHistory:
    """What a source tells of a span: the GPUs, by host and number, and what is to be said of the gaps in it."""

    steps: Steps
    source: HistorySource
    gpus: Sequence[GpuSeries]
    remarks: Sequence[Reason] = ()
    kept_since_ms: int | None = None
