"""What Clew asks of whoever keeps the team's runs."""

from datetime import datetime
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from domain.tracking.runs import BadRow, Run


class RunList(BaseModel):
    """All runs; `swept_at` is when they were last read in full, `marks` what each experiment last said of itself."""

    model_config = ConfigDict(frozen=True, ser_json_inf_nan="strings")

    version: str
    swept_at: datetime
    runs: dict[str, Run]
    bad_rows: list[BadRow]
    marks: dict[str, list[str]]


class RunSource(Protocol):
    """The runs of one tracking server. Every method raises a `ServiceError` when the server does not do its part."""

    name: str
    """What its errors and the screens call the server."""
    address: str
    """Where it is: what is read from another address is kept apart."""

    def everything(self, known: RunList | None) -> RunList:
        """Reads every run; keeps the version of `known` where that says the same."""

    def changes(self, known: RunList, since: datetime) -> RunList:
        """Returns `known` with the runs that may have changed since; the very same object when none did."""

    def check_alive(self, deadline_seconds: float) -> None:
        """Asks for as little as there is, to see whether it answers."""
