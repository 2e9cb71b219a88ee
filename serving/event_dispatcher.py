"""Which events of connections' sockets the event loop watches for."""

import selectors
from collections.abc import Callable, Mapping

from serving.connection import Connection, Phase


class EventDispatcher:
    """Passes each event to the reaction for the connection's phase."""

    def __init__(self, poller: selectors.BaseSelector, reactions: Mapping[Phase, Callable[[Connection], None]]) -> None:
        self._poller = poller
        self._reactions = reactions

    def begin(self, connection: Connection, event: int) -> None:
        """Watches for this event only."""
        if connection.watched_for == event:
            return
        do = self._poller.modify if connection.watched_for else self._poller.register
        do(connection.sock, event, lambda _sock: self._react(connection))
        connection.watched_for = event

    def end(self, connection: Connection) -> None:
        """Stops watching."""
        if connection.watched_for:
            self._poller.unregister(connection.sock)
            connection.watched_for = 0

    def _react(self, connection: Connection) -> None:
        """Reacts, unless an earlier event of this iteration ended the watch."""
        if react := self._reactions.get(connection.phase):
            react(connection)
