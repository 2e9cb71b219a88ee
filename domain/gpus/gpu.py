"""One GPU, or a MIG instance of one, at one moment, as in the stream `/ws/gpu`.

The names `gpu_id`, `utilization`, `memory_used`, `memory_total`, `temperature` and `timestamp` are the stream's
contract and do not change. What a GPU does not support is None, never 0.
"""

from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from domain.gpus.limits import (
    LONGEST_TEXT,
    MAX_MHZ,
    MAX_MISFITS,
    MAX_PID,
    MAX_REASONS,
    Celsius,
    KibPerSecond,
    Mib,
    Name,
    Percent,
    Watts,
)
from domain.gpus.states import GpuState, GpuVendor, Troubled
from domain.message_data import Coded

MAX_INSTANCES: Final = 64
"""The most MIG instances reported of a GPU; today's GPUs have at most seven."""
_MAX_INSTANCE_ID: Final = 99
_FIRST_UNIT_ID: Final = 10_000


class GpuProcess(BaseModel):
    """A process on a GPU: `memory_used` in MiB; start tick and pid in its container identify it, with the host's boot
    id.

    `command` is the program's name without its arguments, which may contain tokens. `pid` is None where the driver does
    not know it, as for another container. `run_id` is the MLflow run that it trains, read from its environment
    variables where the monitor may read them.
    """

    model_config = ConfigDict(frozen=True)

    pid: int | None = Field(None, ge=1, le=MAX_PID)
    user: Name | None = None
    command: Name | None = None
    memory_used: Mib | None = None
    start_ticks: int | None = None
    ns_pid: int | None = None
    run_id: Name | None = None


class GpuMisfit(Coded):
    """A field of a GPU that is None because its reported value was invalid, and why: in English and as a code."""

    model_config = ConfigDict(frozen=True)

    field: Name
    error: str | None = Field(None, max_length=LONGEST_TEXT)


class MigInstance(BaseModel):
    """Identifies a MIG instance by the driver's own numbers; `profile` as "1g.10gb"."""

    model_config = ConfigDict(frozen=True)

    gpu_instance: int = Field(ge=0, le=_MAX_INSTANCE_ID)
    compute_instance: int = Field(ge=0, le=_MAX_INSTANCE_ID)
    profile: Name | None = None

    def unit_id(self, parent_id: int) -> int:
        """Returns its `gpu_id`: constant over its lifetime, and unique on its host."""
        return (parent_id + 1) * _FIRST_UNIT_ID + self.gpu_instance * (_MAX_INSTANCE_ID + 1) + self.compute_instance


class Gpu(Troubled):
    """One GPU at one moment, or one MIG instance of it: then `parent_id` is the `gpu_id` of the whole.

    `utilization` in % of the time since the previous sample, memory in MiB, temperatures in °C, power in W, clock in
    MHz, fan in %, PCIe and NVLink in KiB/s, `timestamp` in Unix ms. At `temperature_limit` it starts to slow down. A
    field whose reported value was invalid is None, and listed in `misfits`. If there are more processes than
    `MAX_PROCESSES`, `processes_left_out` counts the missing ones; those of a MIG instance are listed with the instance
    only.

    `unified`: the GPU has no memory of its own, and `memory_used` and `memory_total` are the machine's. `is_reserved`:
    a living program's environment names a run and this GPU, or a process holds more than `RESERVED_ABOVE_MIB` of it,
    whether it is busy or not. `owner` and `run_id` are the reservation's, else those of the process with the most
    memory. Each is None where unknown.
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
    sm_clock: float | None = Field(None, ge=0, le=MAX_MHZ)
    # more than 100 is possible: it is relative to the speed meant for its noise
    fan: float | None = Field(None, ge=0, le=1000)
    throttle_reasons: list[Name] | None = Field(None, max_length=MAX_REASONS)
    throttle_codes: list[Name] | None = Field(None, max_length=MAX_REASONS)
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
    misfits: list[GpuMisfit] | None = Field(None, max_length=MAX_MISFITS)

    @property
    def place(self) -> str:
        """Its short name on its host: "0", or "0 MIG 3" for instance 3 of GPU 0."""
        if self.mig is None or self.parent_id is None:
            return str(self.gpu_id)
        part = f"/{self.mig.compute_instance}" if self.mig.compute_instance else ""
        return f"{self.parent_id} MIG {self.mig.gpu_instance}{part}"

    @property
    def holder(self) -> GpuProcess | None:
        """The process with the most memory; the first one where memory is unknown."""
        return max(self.processes or (), key=lambda one: one.memory_used or 0, default=None)
