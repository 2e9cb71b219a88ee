"""Why what a page shows could not be read anew."""

from typing import Self

from pydantic import BaseModel, ConfigDict

from domain.errors import ClewError, ServiceError


class Failure(BaseModel):
    """Who failed at the last refresh, and how."""

    model_config = ConfigDict(frozen=True)

    service: str
    cause: str

    @classmethod
    def of(cls, error: ClewError, service: str) -> Self:
        """What `error` says; of `service`, where it names none."""
        if isinstance(error, ServiceError):
            return cls(service=error.service, cause=error.cause)
        return cls(service=service, cause=str(error))
