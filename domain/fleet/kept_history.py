"""A GPU monitor's history, as it answers at `/history`: a column for each value, an entry for each step.

Free of NumPy, which the monitor's process does not have.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.errors.fleet.history import SpanReversed, TooManySteps
from domain.gpus import Troubled
from domain.gpus.limits import Celsius, Mib, Name, Watts

BUCKET_SECONDS: Final = 20
"""The monitor keeps means over this time."""
MAX_STEPS: Final = 2_000
MAX_GPUS: Final = 1_024
MAX_USERS: Final = 10_000
_LATEST_MS: Final = 2**53
_STEP_COLUMN: Final = Field(max_length=MAX_STEPS)

Share = Annotated[float, Field(ge=0, le=1)]
Percent = Annotated[float, Field(ge=0, le=100)]


class HistoryQuery(BaseModel):
    """From `since_ms` to before `until_ms` (Unix ms), a value for each `step_s`, which is a multiple of 20."""

    since_ms: Annotated[int, Field(ge=0, le=_LATEST_MS)]
    until_ms: Annotated[int, Field(ge=0, le=_LATEST_MS)]
    step_s: Annotated[int, Field(ge=BUCKET_SECONDS, le=7 * 86_400, multiple_of=BUCKET_SECONDS)]

    @property
    def steps(self) -> int:
        """The number of steps; raises a `BadInput` if there is none, or there are too many."""
        if self.until_ms <= self.since_ms:
            raise SpanReversed
        steps = -(-(self.until_ms - self.since_ms) // (self.step_s * 1000))
        if steps > MAX_STEPS:
            raise TooManySteps(steps, MAX_STEPS)
        return steps


class GpuUser(BaseModel):
    """The holder of a GPU: its owner, the run if known, and the ids that match a process with its run.

    These are the boot id, the start tick, and the pid outside and inside of its container. `workload` is its name in
    another system, such as a pod.
    """

    model_config = ConfigDict(frozen=True)

    owner: Name | None = None
    run_id: Name | None = None
    workload: Name | None = None
    boot_id: Name | None = None
    start_ticks: int | None = None
    pid: int | None = None
    ns_pid: int | None = None


class KeptUse(BaseModel):
    """A user of a GPU, with the share of each step's observed time in which it had the GPU."""

    user: GpuUser
    share: list[Share] = _STEP_COLUMN


class KeptGpu(BaseModel):
    """One GPU: `covered` is the share of each step in which it was observed; the other columns are means of that time.

    Utilisation in %, memory in MiB, temperature in °C, power in W; None where unknown. `reserved` is the share of time
    in which the GPU was reserved.
    """

    gpu_id: int = Field(ge=0)
    place: Name
    uuid: Name | None = None
    name: Name | None = None
    covered: list[Share] = _STEP_COLUMN
    utilization: list[Percent | None] = _STEP_COLUMN
    memory_used: list[Mib | None] = _STEP_COLUMN
    memory_total: list[Mib | None] = _STEP_COLUMN
    temperature: list[Celsius | None] = _STEP_COLUMN
    power: list[Watts | None] = _STEP_COLUMN
    reserved: list[Share | None] = _STEP_COLUMN
    uses: list[KeptUse] = Field([], max_length=MAX_USERS)

    def columns(self) -> Iterator[list[Any]]:
        """Yields every column that has one entry per step."""
        yield from (self.covered, self.utilization, self.memory_used, self.memory_total)
        yield from (self.temperature, self.power, self.reserved)
        yield from (use.share for use in self.uses)


class KeptHistory(Troubled):
    """One answer: `steps` steps of `step_ms` from `since_ms` on, of a monitor that keeps `kept_hours`.

    `kept_since_ms` is its oldest data, None while there is none. `error` describes a problem with its file.
    """

    host: Name
    since_ms: int
    step_ms: int = Field(gt=0)
    steps: int = Field(gt=0, le=MAX_STEPS)
    kept_hours: float
    kept_since_ms: int | None = None
    gpus: list[KeptGpu] = Field([], max_length=MAX_GPUS)

    @model_validator(mode="after")
    def _columns_fit(self) -> Self:
        if any(len(column) != self.steps for gpu in self.gpus for column in gpu.columns()):
            raise ValueError("a column has another length than there are steps")
        return self
