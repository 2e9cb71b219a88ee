"""How whom Clew depends on are doing."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from domain.message_data import Coded, MessageField


class State(StrEnum):
    """How a service is doing: `degraded` is slow, or right now right again after its last refresh failed."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"


class Dependency(Coded):
    """One service; `age_seconds` is how old what this process shows of it is, null where it shows nothing."""

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
    """One service under the name that its errors have; `label` tells it from others of its kind."""

    model_config = ConfigDict(frozen=True)

    kind: ServiceKind
    name: MessageField
    label: str | None = None
    health: Dependency


class HealthReport(BaseModel):
    """All services, as they were when they were asked; None before the first answer."""

    model_config = ConfigDict(frozen=True)

    services: list[ServiceHealth] = []
    asked_at: datetime | None = None
