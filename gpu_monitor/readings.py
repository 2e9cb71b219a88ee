"""The messages from the sampler to the process that serves them: one reading a line, as JSON."""

from typing import Final

from pydantic import ConfigDict, Field

from domain.gpus import Gpu, HostState, Troubled, VendorTrouble

FRESH_PROCESS_NEEDED: Final = 3
"""The sampler's exit status when only another process can read the GPUs again."""


class Reading(Troubled):
    """One reading of all GPUs: `taken_at` in Unix ms, `interval_seconds` since the previous one (monotonic clock)."""

    model_config = ConfigDict(frozen=True)

    taken_at: int
    interval_seconds: float | None = Field(None, ge=0)
    state: HostState = HostState.OK
    driver_version: str | None = None
    recording: bool = False
    gpus: list[Gpu] = Field([])
    troubles: list[VendorTrouble] | None = None
