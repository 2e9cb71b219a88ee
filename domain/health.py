"""The health of the services that Clew depends on."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

from domain.message_data import Coded, MessageField


class Alive(BaseModel):
    """What every process of Clew answers to `GET /health`; the model server's contract has the same."""

    model_config = ConfigDict(frozen=True)

    status: Literal["healthy"]


class State(StrEnum):
    """A service's state: `degraded` is slow, or answering again after its last refresh failed."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"


class Dependency(Coded):
    """One service; `age_seconds` is the age of its data in this process, null where there is none."""

    model_config = ConfigDict(frozen=True)

    state: State
    latency_ms: float | None
    age_seconds: float | None
    cause: str | None


class ServiceKind(StrEnum):
    """What a service is to Clew."""

    MLFLOW = "mlflow"
    MODEL_STORE = "model_store"
    GPU_MONITOR = "gpu_monitor"
    INFERENCE = "inference"
    SCHEDULER = "scheduler"
    PROMETHEUS = "prometheus"


class ServiceHealth(BaseModel):
    """One service by the name used in its errors; `label` tells it apart from others of its kind."""

    model_config = ConfigDict(frozen=True)

    kind: ServiceKind
    name: MessageField
    label: str | None = None
    health: Dependency


class HealthReport(BaseModel):
    """All services as of the last check; `asked_at` is None before the first one."""

    model_config = ConfigDict(frozen=True)

    services: list[ServiceHealth] = []
    asked_at: datetime | None = None
