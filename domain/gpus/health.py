"""What a GPU monitor answers to `GET /health`."""

from pydantic import Field

from domain.gpus.states import HostState
from domain.health import Alive


class MonitorHealth(Alive):
    """Whether the service itself works; the state of the GPUs is in `state`."""

    state: HostState
    sample_age_seconds: float | None = Field(description="the age of the last sample; null before the first")
    sample_interval_seconds: float | None
    viewers: int
    sampler_restarts: int
