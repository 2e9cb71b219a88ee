"""What the sampler says to the process that serves it: one reading a line, as JSON."""

from typing import Final

from pydantic import ConfigDict, Field

from domain.gpus import Gpu, HostState, Troubled, VendorTrouble

FRESH_PROCESS_NEEDED: Final = 3
"""The sampler's exit status when only another process can read the GPUs again."""


class Reading(Troubled):
    """One look at all GPUs: `taken_at` in Unix ms, `interval_seconds` since the look before by the steady clock."""

    model_config = ConfigDict(frozen=True)

    taken_at: int
    interval_seconds: float | None = Field(None, ge=0)
    state: HostState = HostState.OK
    driver_version: str | None = None
    recording: bool = False
    gpus: list[Gpu] = Field([])
    troubles: list[VendorTrouble] | None = None
