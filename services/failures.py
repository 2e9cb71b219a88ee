"""Why what a page shows could not be read anew."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, ConfigDict

from domain.errors import ClewError, Name, ServiceError
from domain.errors.services import last_found, passes_by_itself
from domain.message_data import MessageData, MessageField
from domain.messages import Reason


class Failure(BaseModel):
    """Who failed at the last refresh, and how: `error` does not name the service again.

    `since` is when it first did so in a row; `passes` says that it may be starting, restarting or slow.
    """

    model_config = ConfigDict(frozen=True)

    service_name: MessageField
    error: MessageField
    passes: bool = False
    since: datetime | None = None

    @property
    def service(self) -> str:
        """Who failed, in English."""
        return str(self.service_name)

    @property
    def cause(self) -> str:
        """What it did, in English."""
        return str(self.error)

    @property
    def whole(self) -> MessageData:
        """What failed, the service named, as one message."""
        params = {**self.error.params, "service": self.service_name.json_value}
        return self.error.model_copy(update={"params": params}) if self.error.code else self.error

    @property
    def log_fields(self) -> dict[str, str]:
        """For a log line."""
        return {"service": self.service, "cause": self.cause}

    @classmethod
    def of(cls, error: ClewError, service: Name) -> Self:
        """Returns what `error` says; of `service`, where it names none."""
        error = last_found(error)
        if isinstance(error, ServiceError):
            return cls(service_name=error.service, error=error.cause_json, passes=passes_by_itself(error))
        return cls(service_name=service, error=error)

    @classmethod
    def because(cls, service: Name, reason: Reason) -> Self:
        """Returns what `service` did, where no error was raised."""
        return cls(service_name=service, error=reason)
