"""What Clew asks of whoever keeps the team's runs."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from domain.run_table.table import RunTable

Arrived = Callable[[RunTable], None]
"""Is given what a full reading has so far, with its `progress`: more each time, the newest runs first."""


class RunSource(Protocol):
    """The runs of one tracking server. Every method raises a `ServiceError` when the server does not do its part."""

    name: str
    """What its errors and the screens call the server."""
    address: str
    """Where it is: what is read from another address is kept apart."""

    def everything(self, known: RunTable | None, arrived: Arrived) -> RunTable:
        """Reads every run; keeps the version of `known` where that says the same.

        What has come is handed to `arrived` so often that the first rows show within seconds, and so seldom that it
        costs next to nothing.
        """

    def changes(self, known: RunTable, since: datetime) -> RunTable:
        """Returns `known` with the runs that may have changed since; the very same object when none did."""

    def sweep_is_due(self) -> bool:
        """Whether everything may be read again by itself: that takes a tenth of the server's time at most."""

    def check_alive(self, deadline_seconds: float) -> None:
        """Asks for as little as there is, to see whether it answers."""
