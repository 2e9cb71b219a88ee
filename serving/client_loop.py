"""The clients of one worker, in its event loop: reads requests, sends answers, and cuts off slow clients."""

import selectors
import time
from collections.abc import Callable
from typing import Final

from domain.errors import ClewError
from domain.errors.requests import RequestTooSlow, TooManyAtOnce
from serving.connection import HEAD_SECONDS, Connection, Phase
from serving.event_dispatcher import EventDispatcher
from serving.open_connections import CutClients, OpenConnections
from serving.pace import TransferRate
from serving.refusals import refusal

_READ_BYTES: Final = 2**16
_SMALL_BYTES: Final = 2**16
_LINGER_SECONDS: Final = 2.0
_SWEEP_SECONDS: Final = 0.5
_CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"


class ClientLoop:
    """The open connections of a worker; used only by its event loop, which watches `poller`.

    `answer` gets each complete request, and has to call `answered` once its thread is done, or `refuse`. `closed` is
    called for each connection that has ended. A connection that is kept open waits `idle_seconds` for the next
    request.
    """

    def __init__(
        self,
        poller: selectors.BaseSelector,
        answer: Callable[[Connection], None],
        closed: Callable[[], None],
        idle_seconds: float,
    ) -> None:
        self._answer = answer
        self._closed = closed
        self._idle_seconds = idle_seconds
        self._open = OpenConnections()
        reactions = {
            Phase.RECEIVING: self._receive,
            Phase.ANSWERING: self._send,
            Phase.SENDING: self._send,
            Phase.CLOSING: self._drain,
        }
        self._watching = EventDispatcher(poller, reactions)
        self._swept_at = 0.0
        self._cut = CutClients()

    def add(self, connection: Connection) -> None:
        """Adds a new client, and waits for its request."""
        self._open.add(connection)
        connection.begin(time.monotonic(), HEAD_SECONDS)
        self._watching.begin(connection, selectors.EVENT_READ)

    def answered(self, connection: Connection, *, stays_open: bool) -> None:
        """Handles the end of a request's thread; data that the client has not received is still to be sent."""
        connection.phase, connection.stays_open = Phase.SENDING, stays_open
        connection.sock.setblocking(False)
        self._send(connection)

    def refuse(self, connection: Connection, error: ClewError) -> None:
        """Answers a request without a thread, and ends the connection."""
        self._cut.note(error.code)
        connection.phase, connection.stays_open = Phase.SENDING, False
        self._reply(connection, refusal(error))

    def send_later(self, connection: Connection) -> None:
        """Sends the connection's outbox when its client can receive more."""
        if connection.phase in (Phase.ANSWERING, Phase.SENDING):
            connection.pace = TransferRate(time.monotonic(), connection.sock.outbox.taken)
            self._watching.begin(connection, selectors.EVENT_WRITE)

    def make_room(self) -> None:
        """Closes the connection that has waited the longest for its client: for a request, else to send the answer."""
        longest = self._open.longest_waiting()
        if longest is not None and longest.phase is Phase.SENDING:
            self._give_up_slow(longest)
        elif longest is not None:
            self._close(longest)

    def close_idle(self) -> None:
        """Closes all connections without a complete request, after reading what has arrived."""
        for connection in self._open.receiving():
            self._receive(connection)
            if connection.phase is Phase.RECEIVING:
                self._close(connection)

    def abandon(self) -> None:
        """Stops sending: threads that wait for room in an outbox get an error."""
        self._open.abandon()

    def sweep(self) -> None:
        """Cuts off slow clients, at most twice a second, however often it is called."""
        now = time.monotonic()
        if now - self._swept_at < _SWEEP_SECONDS:
            return
        self._swept_at = now
        for connection in self._open.late(now):
            self._cut_off(connection)
        for connection in self._open.beyond_memory():
            self._give_up_slow(connection)
        self._cut.report(now)

    def _receive(self, connection: Connection) -> None:
        try:
            data = connection.sock.recv(_READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            connection.take(data, time.monotonic())
            self._handle_received(connection)
        else:
            self._close(connection)

    def _handle_received(self, connection: Connection) -> None:
        """Does what the received bytes call for."""
        frame = connection.frame
        if frame.refusal is not None:
            self.refuse(connection, frame.refusal)
        elif frame.is_whole:
            connection.phase, connection.pace = Phase.ANSWERING, None
            self._watching.end(connection)
            if connection.sock.outbox:  # the 100 Continue, for which its client had no room
                self.send_later(connection)
            self._answer(connection)
        elif frame.received > _SMALL_BYTES and self._open.exceed_memory():
            self.refuse(connection, TooManyAtOnce())
        else:
            self._watching.begin(connection, selectors.EVENT_READ)
            if not connection.has_continued and frame.expects_continue:
                connection.has_continued = True
                self._reply(connection, _CONTINUE)

    def _reply(self, connection: Connection, data: bytes) -> None:
        try:
            connection.sock.outbox.put(data)
        except OSError:
            self._close(connection)
            return
        if connection.phase is Phase.SENDING:
            self._send(connection)

    def _send(self, connection: Connection) -> None:
        """Sends what the client accepts; once all is sent, waits for its next request, or ends the connection."""
        try:
            is_empty = connection.sock.outbox.flush()
        except OSError:
            self._give_up(connection)
            return
        if not is_empty:
            if not connection.watched_for & selectors.EVENT_WRITE:
                self.send_later(connection)
            return
        connection.pace = None
        self._watching.end(connection)
        if connection.phase is Phase.SENDING and connection.sock.outbox.is_abandoned:
            self._close(connection)
        elif connection.phase is Phase.SENDING and connection.stays_open:
            connection.begin(time.monotonic(), self._idle_seconds)
            self._handle_received(connection)
        elif connection.phase is Phase.SENDING:
            self._close_gently(connection)

    def _close_gently(self, connection: Connection) -> None:
        """Ends our side and reads on for a moment: closing at once with unread bytes would discard our answer."""
        try:
            connection.sock.end_sending()
        except OSError:  # the client has disconnected
            self._close(connection)
            return
        connection.phase, connection.deadline = Phase.CLOSING, time.monotonic() + _LINGER_SECONDS
        self._watching.begin(connection, selectors.EVENT_READ)

    def _drain(self, connection: Connection) -> None:
        try:
            is_over = not connection.sock.recv(_READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            is_over = True
        if is_over:
            self._close(connection)

    def _cut_off(self, connection: Connection) -> None:
        if connection.phase is Phase.RECEIVING and connection.pace is not None:
            self.refuse(connection, RequestTooSlow())
        elif connection.phase is Phase.RECEIVING:
            if connection.frame.received:
                self._cut.note("half-head")
            self._close(connection)
        elif connection.phase is Phase.CLOSING:
            self._close(connection)
        else:
            self._give_up_slow(connection)

    def _give_up_slow(self, connection: Connection) -> None:
        self._cut.note("slow-reader")
        self._give_up(connection)

    def _give_up(self, connection: Connection) -> None:
        """Stops sending; a thread that computes the answer gets an error when it writes next."""
        connection.sock.give_up()
        if connection.phase is not Phase.ANSWERING:
            self._close(connection)
            return
        connection.pace = None
        self._watching.end(connection)

    def _close(self, connection: Connection) -> None:
        self._watching.end(connection)
        self._open.discard(connection)
        connection.phase = Phase.CLOSED
        connection.sock.discard()
        self._closed()
