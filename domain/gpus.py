"""What a GPU host tells: the message of the stream `/ws/gpu`, and the named states in which it can be.

The names `gpu_id`, `utilization`, `memory_used`, `memory_total`, `temperature` and `timestamp` are the stream's
contract and stay. What a GPU does not support is None, never 0.
"""

from enum import StrEnum
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from domain.message_data import Coded, coded
from domain.messages import Message

HISTORY_SAMPLES: Final = 60
SILENT_PERIODS: Final = 3
"""A source that said nothing for so many periods is taken for dead."""

IDLE_SAMPLES: Final = 15
"""A GPU is idle when each of its last so many samples says so: training on one comes in bursts."""
IDLE_BELOW_PERCENT: Final = 5
RESERVED_ABOVE_MIB: Final = 256
"""An idle GPU on which one process holds more than this is not free for others."""


class HostState(StrEnum):
    """What is to be said of a host as a whole."""

    OK = "ok"
    STARTING = "starting"
    NO_GPU = "no_gpu"  # the driver runs, and has no GPU
    NO_LIBRARY = "no_library"  # libnvidia-ml.so.1 is not there
    NO_DRIVER = "no_driver"  # the library is there, the kernel's part is not
    NO_PERMISSION = "no_permission"
    DRIVER_CHANGED = "driver_changed"  # library and kernel module do not match: upgraded without a reboot
    STALE = "stale"  # the driver has not answered for some periods
    NOT_ANSWERING = "not_answering"  # nor did several fresh processes get an answer
    FAILED = "failed"  # any other error, named in `error`


class GpuState(StrEnum):
    """What is to be said of one GPU."""

    OK = "ok"
    LOST = "lost"  # fell off the bus
    NO_PERMISSION = "no_permission"
    MIG = "mig"  # split into instances, so the whole has no utilisation
    FAILED = "failed"  # any other error, named in `error`


class Troubled(Coded):
    """What may be wrong, and what to do about it: in English, and as codes that any language is made of."""

    error: str | None = None
    remedy: str | None = None
    remedy_code: str | None = None


def trouble(cause: Message, remedy: Message) -> dict[str, Any]:
    """The fields of `Troubled` for a failure and its remedy."""
    return {**coded(cause, "error"), "remedy": str(remedy), "remedy_code": remedy.code}


class GpuProcess(BaseModel):
    """A process on a GPU: `memory_used` in MiB; the boot's id, the start tick and the pid inside its container join it.

    `command` is the program's name without its arguments: tokens live there.
    """

    model_config = ConfigDict(frozen=True)

    pid: int
    user: str | None = None
    command: str | None = None
    memory_used: float | None = Field(None, ge=0)
    start_ticks: int | None = None
    ns_pid: int | None = None


class Gpu(Troubled):
    """One GPU at one moment.

    `utilization` in % of the time since the sample before, memory in MiB, temperatures in °C, power in W, clock in MHz,
    fan in %, PCIe and NVLink in KiB/s, `timestamp` in Unix ms. `temperature_limit` is where it starts to slow down.
    """

    model_config = ConfigDict(frozen=True)

    gpu_id: int = Field(ge=0)
    uuid: str | None = None
    name: str | None = None
    timestamp: int
    state: GpuState = GpuState.OK
    utilization: float | None = Field(None, ge=0, le=100)
    memory_used: float | None = Field(None, ge=0)
    memory_total: float | None = Field(None, ge=0)
    temperature: float | None = None
    temperature_limit: float | None = None
    power: float | None = Field(None, ge=0)
    power_limit: float | None = Field(None, ge=0)
    sm_clock: float | None = Field(None, ge=0)
    fan: float | None = Field(None, ge=0)
    throttle_reasons: list[str] | None = None
    throttle_codes: list[str] | None = None
    ecc_errors: int | None = Field(None, ge=0)
    pcie_rx: float | None = Field(None, ge=0)
    pcie_tx: float | None = Field(None, ge=0)
    nvlink_rx: float | None = Field(None, ge=0)
    nvlink_tx: float | None = Field(None, ge=0)
    processes: list[GpuProcess] | None = None


class PastSample(BaseModel):
    """The utilisation of a moment, by `gpu_id`; `at` in Unix ms. A gap is a sample whose values are missing."""

    model_config = ConfigDict(frozen=True)

    at: int
    utilization: dict[int, float | None] = {}


class GpuReport(Troubled):
    """One message of the stream.

    `sent_at` is in Unix ms by the host's clock, `age_seconds` how old the sample is; a message whose `gpus` are those
    of an earlier one is a heartbeat. `error` and `remedy` are there in every state but "ok". `history` comes with the
    first message of a connection only, the oldest first, this sample included.
    """

    model_config = ConfigDict(frozen=True)

    host: str
    boot_id: str | None = None
    sent_at: int
    sample_seconds: float = Field(gt=0)
    state: HostState = HostState.OK
    age_seconds: float | None = Field(None, ge=0)
    recording: bool = False
    driver_version: str | None = None
    gpus: list[Gpu] = Field([])
    history: list[PastSample] | None = Field(None, max_length=HISTORY_SAMPLES)
