"""What a GPU monitor keeps of its GPUs, and tells at `/history`: a column for each value, a place for each step.

Free of NumPy: the monitor's process has none.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.gpus import Troubled
from domain.gpus.limits import Celsius, Mib, Name, Watts

BUCKET_SECONDS: Final = 20
"""What is kept is the mean of so long a time."""
MOST_STEPS: Final = 2_000
MOST_GPUS: Final = 1_024
MOST_USERS: Final = 10_000
_STEP_COLUMN: Final = Field(max_length=MOST_STEPS)

Share = Annotated[float, Field(ge=0, le=1)]
Percent = Annotated[float, Field(ge=0, le=100)]


class GpuUser(BaseModel):
    """Who has a GPU: its owner, the run where that is known, and what joins a process with its run.

    These are the id of the boot, the tick of its start, and its pid, outside and inside of its container. `workload` is
    what another system calls it, such as a pod.
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
    """A user of a GPU, and in what share of what was heard in each step."""

    user: GpuUser
    share: list[Share] = _STEP_COLUMN


class KeptGpu(BaseModel):
    """One GPU: `covered` is the share of each step in which it was heard; all else is the mean of what was heard.

    Utilisation in %, memory in MiB, temperature in °C, power in W; None is not known. `reserved` is the share in which
    it was given to somebody.
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
    uses: list[KeptUse] = Field([], max_length=MOST_USERS)

    def columns(self) -> Iterator[list[Any]]:
        """Yields all that has a place for each step."""
        yield from (self.covered, self.utilization, self.memory_used, self.memory_total)
        yield from (self.temperature, self.power, self.reserved)
        yield from (use.share for use in self.uses)


class KeptHistory(Troubled):
    """One answer: `steps` steps of `step_ms` from `since_ms` on, of a monitor that keeps `kept_hours`.

    `kept_since_ms` is the oldest of what it has, None while that is nothing. `error` says what is wrong with its file.
    """

    host: Name
    since_ms: int
    step_ms: int = Field(gt=0)
    steps: int = Field(gt=0, le=MOST_STEPS)
    kept_hours: float
    kept_since_ms: int | None = None
    gpus: list[KeptGpu] = Field([], max_length=MOST_GPUS)

    @model_validator(mode="after")
    def _columns_fit(self) -> Self:
        if any(len(column) != self.steps for gpu in self.gpus for column in gpu.columns()):
            raise ValueError("a column has another length than there are steps")
        return self
