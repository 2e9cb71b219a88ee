"""One message of the stream `/ws/gpu`: the state of a GPU host."""

from pydantic import BaseModel, ConfigDict, Field

from domain.gpus.gpu import Gpu
from domain.gpus.limits import HISTORY_SAMPLES
from domain.gpus.machine import Machine
from domain.gpus.states import GpuVendor, HostState, Troubled


class PastSample(BaseModel):
    """The utilisation at one moment, by `gpu_id`; `at` in Unix ms. A gap is a sample with missing values."""

    model_config = ConfigDict(frozen=True)

    at: int
    utilization: dict[int, float | None] = {}


class VendorTrouble(Troubled):
    """Why the GPUs of one vendor are missing on a host that has others."""

    vendor: GpuVendor
    state: HostState


class GpuReport(Troubled):
    """One message of the stream.

    `sent_at` is in Unix ms by the host's clock, `age_seconds` the sample's age; a message that repeats the `gpus` of an
    earlier one is a heartbeat. `error` and `remedy` are set in every state but "ok", and in "no_gpu" unless no GPU is
    plugged in. `troubles` holds the failures of single vendors. `history` is in the first message of a connection only,
    oldest first, this sample included.
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
    troubles: list[VendorTrouble] | None = Field(None, max_length=len(GpuVendor))
    machine: Machine | None = None
    history: list[PastSample] | None = Field(None, max_length=HISTORY_SAMPLES)
