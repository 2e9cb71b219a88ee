"""One GPU, or a part of one, at one moment: what the stream `/ws/gpu` tells of it.

The names `gpu_id`, `utilization`, `memory_used`, `memory_total`, `temperature` and `timestamp` are the stream's
contract and stay. What a GPU does not support is None, never 0.
"""

from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from domain.gpus.limits import (
    LONGEST_TEXT,
    MOST_MHZ,
    MOST_MISFITS,
    MOST_PID,
    MOST_REASONS,
    Celsius,
    KibPerSecond,
    Mib,
    Name,
    Percent,
    Watts,
)
from domain.gpus.states import GpuState, GpuVendor, Troubled
from domain.message_data import Coded

MOST_INSTANCES: Final = 64
"""So many MIG instances of a GPU are told; today's GPUs have seven at most."""
_MOST_INSTANCE_ID: Final = 99
_FIRST_UNIT_ID: Final = 10_000


class GpuProcess(BaseModel):
    """A process on a GPU: `memory_used` in MiB; the boot's id, the start tick and the pid inside its container join it.

    `command` is the program's name without its arguments: tokens live there. `pid` is None where the driver does not
    know it, as of another container's. `run_id` is the run in MLflow that it trains, as its environment says, where the
    monitor may read that.
    """

    model_config = ConfigDict(frozen=True)

    pid: int | None = Field(None, ge=1, le=MOST_PID)
    user: Name | None = None
    command: Name | None = None
    memory_used: Mib | None = None
    start_ticks: int | None = None
    ns_pid: int | None = None
    run_id: Name | None = None


class GpuMisfit(Coded):
    """A field of a GPU that is None because what was said of it is no such value, and why: in English and as a code."""

    model_config = ConfigDict(frozen=True)

    field: Name
    error: str | None = Field(None, max_length=LONGEST_TEXT)


class MigInstance(BaseModel):
    """Which part of a GPU this is, by the driver's own numbers; `profile` as "1g.10gb"."""

    model_config = ConfigDict(frozen=True)

    gpu_instance: int = Field(ge=0, le=_MOST_INSTANCE_ID)
    compute_instance: int = Field(ge=0, le=_MOST_INSTANCE_ID)
    profile: Name | None = None

    def unit_id(self, parent_id: int) -> int:
        """Returns its `gpu_id`: the same for as long as it lives, and no other's on its host."""
        return (parent_id + 1) * _FIRST_UNIT_ID + self.gpu_instance * (_MOST_INSTANCE_ID + 1) + self.compute_instance


class Gpu(Troubled):
    """One GPU at one moment, or one MIG instance of it: then `parent_id` is the `gpu_id` of the whole.

    `utilization` in % of the time since the sample before, memory in MiB, temperatures in °C, power in W, clock in MHz,
    fan in %, PCIe and NVLink in KiB/s, `timestamp` in Unix ms. `temperature_limit` is where it starts to slow down.
    What was said of a field and is no such value is None, and named in `misfits`. Of more processes than
    `MOST_PROCESSES`, `processes_left_out` are not in `processes`; those of a MIG instance are told with it alone.

    `unified`: the GPU has no memory of its own, and `memory_used` and `memory_total` are the machine's.

    `is_reserved`: somebody was given it (a living program's environment names a run and this GPU), or a process keeps
    more than `RESERVED_ABOVE_MIB` of it; whether it is busy is another question. `owner` and `run_id` are of whom that
    is, else of the process with the most memory. Each is None where it is not known.
    """

    model_config = ConfigDict(frozen=True)

    gpu_id: int = Field(ge=0)
    uuid: Name | None = None
    name: Name | None = None
    vendor: GpuVendor | None = None
    parent_id: int | None = Field(None, ge=0)
    mig: MigInstance | None = None
    timestamp: int
    state: GpuState = GpuState.OK
    utilization: Percent | None = None
    memory_used: Mib | None = None
    memory_total: Mib | None = None
    unified: bool = False
    temperature: Celsius | None = None
    temperature_limit: Celsius | None = None
    power: Watts | None = None
    power_limit: Watts | None = None
    sm_clock: float | None = Field(None, ge=0, le=MOST_MHZ)
    fan: float | None = Field(None, ge=0, le=1000)  # more than 100 is possible: of the speed meant for its noise
    throttle_reasons: list[Name] | None = Field(None, max_length=MOST_REASONS)
    throttle_codes: list[Name] | None = Field(None, max_length=MOST_REASONS)
    ecc_errors: int | None = Field(None, ge=0, le=2**53)
    pcie_rx: KibPerSecond | None = None
    pcie_tx: KibPerSecond | None = None
    nvlink_rx: KibPerSecond | None = None
    nvlink_tx: KibPerSecond | None = None
    processes: list[GpuProcess] | None = None
    processes_left_out: int | None = Field(None, ge=0)
    owner: Name | None = None
    run_id: Name | None = None
    is_reserved: bool | None = None
    misfits: list[GpuMisfit] | None = Field(None, max_length=MOST_MISFITS)

    @property
    def place(self) -> str:
        """Where it is on its host, in short: "0", or "0 MIG 3" for instance 3 of GPU 0."""
        if self.mig is None or self.parent_id is None:
            return str(self.gpu_id)
        part = f"/{self.mig.compute_instance}" if self.mig.compute_instance else ""
        return f"{self.parent_id} MIG {self.mig.gpu_instance}{part}"

    @property
    def holder(self) -> GpuProcess | None:
        """The process with the most memory; of those whose memory is not known the first."""
        return max(self.processes or (), key=lambda one: one.memory_used or 0, default=None)
