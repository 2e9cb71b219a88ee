"""What a GPU host tells: the message of the stream `/ws/gpu`, and the named states in which it can be.

The names `gpu_id`, `utilization`, `memory_used`, `memory_total`, `temperature` and `timestamp` are the stream's
contract and stay. What a GPU does not support is None, never 0.
"""

from enum import StrEnum
from typing import Annotated, Any, Final

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

MOST_GPUS: Final = 64
"""So many GPUs of a host are drawn; how many there are is said."""
MOST_PROCESSES: Final = 100
"""So many processes of a GPU are told, those with the most memory; how many more there are is said."""
MOST_MISFITS: Final = 20
MOST_MESSAGE_CHARACTERS: Final = 8_000_000
"""A longer message is not read: the first of 5,000 GPUs, with its history, is shorter."""

# Beyond these a number is no measurement: drivers say 4294967295, or 2^64 - 1, for what they do not know.
_MOST_MIB: Final = 2**30
_MOST_WATTS: Final = 20_000
_MOST_MHZ: Final = 20_000
_MOST_KIB_PER_SECOND: Final = 4_000_000_000
_MOST_PID: Final = 2**31 - 1
_COLDEST, _HOTTEST = -50, 250
_LONGEST_NAME: Final = 256
_MOST_REASONS: Final = 32
_LONGEST_TEXT: Final = 4_000


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

    error: str | None = Field(None, max_length=_LONGEST_TEXT)
    remedy: str | None = Field(None, max_length=_LONGEST_TEXT)
    remedy_code: str | None = Field(None, max_length=_LONGEST_TEXT)


def trouble(cause: Message, remedy: Message) -> dict[str, Any]:
    """The fields of `Troubled` for a failure and its remedy."""
    return {**coded(cause, "error"), "remedy": str(remedy), "remedy_code": remedy.code}


Name = Annotated[str, Field(max_length=_LONGEST_NAME)]
Celsius = Annotated[float, Field(ge=_COLDEST, le=_HOTTEST)]
Mib = Annotated[float, Field(ge=0, le=_MOST_MIB)]
Watts = Annotated[float, Field(ge=0, le=_MOST_WATTS)]
KibPerSecond = Annotated[float, Field(ge=0, le=_MOST_KIB_PER_SECOND)]


class GpuProcess(BaseModel):
    """A process on a GPU: `memory_used` in MiB; the boot's id, the start tick and the pid inside its container join it.

    `command` is the program's name without its arguments: tokens live there. `pid` is None where the driver does not
    know it, as of another container's.
    """

    model_config = ConfigDict(frozen=True)

    pid: int | None = Field(None, ge=1, le=_MOST_PID)
    user: Name | None = None
    command: Name | None = None
    memory_used: Mib | None = None
    start_ticks: int | None = None
    ns_pid: int | None = None


class GpuMisfit(Coded):
    """A field of a GPU that is None because what was said of it is no such value, and why: in English and as a code."""

    model_config = ConfigDict(frozen=True)

    field: Name
    error: str | None = Field(None, max_length=_LONGEST_TEXT)


class Gpu(Troubled):
    """One GPU at one moment.

    `utilization` in % of the time since the sample before, memory in MiB, temperatures in °C, power in W, clock in MHz,
    fan in %, PCIe and NVLink in KiB/s, `timestamp` in Unix ms. `temperature_limit` is where it starts to slow down.
    What was said of a field and is no such value is None, and named in `misfits`. Of more processes than
    `MOST_PROCESSES`, `processes_left_out` are not in `processes`.
    """

    model_config = ConfigDict(frozen=True)

    gpu_id: int = Field(ge=0)
    uuid: Name | None = None
    name: Name | None = None
    timestamp: int
    state: GpuState = GpuState.OK
    utilization: float | None = Field(None, ge=0, le=100)
    memory_used: Mib | None = None
    memory_total: Mib | None = None
    temperature: Celsius | None = None
    temperature_limit: Celsius | None = None
    power: Watts | None = None
    power_limit: Watts | None = None
    sm_clock: float | None = Field(None, ge=0, le=_MOST_MHZ)
    fan: float | None = Field(None, ge=0, le=1000)  # more than 100 is possible: of the speed meant for its noise
    throttle_reasons: list[Name] | None = Field(None, max_length=_MOST_REASONS)
    throttle_codes: list[Name] | None = Field(None, max_length=_MOST_REASONS)
    ecc_errors: int | None = Field(None, ge=0, le=2**53)
    pcie_rx: KibPerSecond | None = None
    pcie_tx: KibPerSecond | None = None
    nvlink_rx: KibPerSecond | None = None
    nvlink_tx: KibPerSecond | None = None
    processes: list[GpuProcess] | None = None
    processes_left_out: int | None = Field(None, ge=0)
    misfits: list[GpuMisfit] | None = Field(None, max_length=MOST_MISFITS)


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
