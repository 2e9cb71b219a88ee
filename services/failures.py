"""Why the data of a page could not be refreshed."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, ConfigDict

from domain.errors import ClewError, Name, ServiceError
from domain.errors.services import last_error, passes_by_itself
from domain.message_data import MessageData, MessageField
from domain.messages import Reason


class Failure(BaseModel):
    """The failure of the last refresh: its service, and `error` without the service's name.

    `since` is the first of an unbroken series of failures; `passes` if the service may be starting, restarting or slow.
    """

    model_config = ConfigDict(frozen=True)

    service_name: MessageField
    error: MessageField
    passes: bool = False
    since: datetime | None = None

    @property
    def service(self) -> str:
        """The failed service's name, in English."""
        return str(self.service_name)

    @property
    def cause(self) -> str:
        """The error, in English."""
        return str(self.error)

    @property
    def whole(self) -> MessageData:
        """The error with the service's name, as one message."""
        params = {**self.error.params, "service": self.service_name.json_value}
        return self.error.model_copy(update={"params": params}) if self.error.code else self.error

    @property
    def log_fields(self) -> dict[str, str]:
        """The fields of a log line."""
        return {"service": self.service, "cause": self.cause}

    @classmethod
    def of(cls, error: ClewError, service: Name) -> Self:
        """Converts `error`; `service` is used if the error does not name one."""
        error = last_error(error)
        if isinstance(error, ServiceError):
            return cls(service_name=error.service, error=error.cause_json, passes=passes_by_itself(error))
        return cls(service_name=service, error=error)

    @classmethod
    def because(cls, service: Name, reason: Reason) -> Self:
        """Builds a failure of `service` from a reason, without an exception."""
        return cls(service_name=service, error=reason)
