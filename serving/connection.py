"""One client's connection: the received part of its request, and the deadline for the next byte."""

from collections.abc import Iterator
from enum import Enum, auto
from typing import Any, Final

from gunicorn.config import Config  # type: ignore[import-untyped]
from gunicorn.http.body import ChunkedReader  # type: ignore[import-untyped]
from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]
from gunicorn.http.message import Request  # type: ignore[import-untyped]
from gunicorn.http.parser import RequestParser  # type: ignore[import-untyped]
from gunicorn.workers.gthread import TConn  # type: ignore[import-untyped]

from serving.client_socket import ClientSocket
from serving.compartments import CompartmentPart
from serving.pace import TransferRate
from serving.request_frame import RequestFrame

HEAD_SECONDS: Final = 5.0
_PIECE_BYTES: Final = 8192  # gunicorn copies the rest of a piece with each kilobyte that it takes


class Phase(Enum):
    """What a connection waits for."""

    RECEIVING = auto()
    ANSWERING = auto()
    SENDING = auto()
    CLOSING = auto()
    CLOSED = auto()


class BufferedParser(RequestParser):  # type: ignore[misc]
    """gunicorn's parser for the buffered bytes of one request; it never waits for a client."""

    def __init__(self, cfg: Config, content: bytes, client: Any, *, is_last: bool) -> None:
        """Takes `is_last`, which ends the connection after the answer."""
        self._pieces = _pieces(content)
        self._is_last, self._is_malformed = is_last, False
        super().__init__(cfg, self._pieces, client)

    def __next__(self) -> Request:
        request = super().__next__()
        request._expected_100_continue = False  # the event loop has sent it
        if self._is_last:
            request.force_close()
        if isinstance(request.body.reader, ChunkedReader):
            request.body.reader.parser = self._closing_if_malformed(request, request.body.reader.parser)
        return request

    def _closing_if_malformed(self, request: Request, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Passes the chunks on; ends the connection after the answer if one is malformed.

        Where such a body ends is anyone's guess: what follows it must not be taken for a request (RFC 9112, 11.2).
        gunicorn itself reports the error only to the first reader, and keeps the connection open.
        """
        try:
            yield from chunks
        except (OSError, ParseException):
            self._is_malformed = True
            request.force_close()
            raise

    def has_unread_body(self) -> bool:
        """Returns whether the answer left unread bytes of the request, so that its end is not known for sure."""
        try:
            self.finish_body()
        except (OSError, ParseException):  # otherwise gunicorn would send a second answer after the first
            return True
        return self._is_malformed or bool(self.unreader.take_buffered()) or next(self._pieces, None) is not None


class Connection(TConn):  # type: ignore[misc]
    """A connection whose request is read by the event loop, and passed to a thread when complete."""

    def __init__(self, cfg: Config, sock: ClientSocket, client: Any, server: Any, most_body_bytes: int) -> None:
        super().__init__(cfg, sock, client, server)
        self._most_body_bytes = most_body_bytes
        self._next = b""
        self.data_ready = True  # otherwise gunicorn would wait for the first byte, in a thread
        self.place = CompartmentPart("")
        self.stays_open = False
        self.watched_for = 0

    @property
    def held_bytes(self) -> int:
        """The memory that its request and its answer take."""
        return int(self.frame.received + self.sock.outbox.held_bytes)

    def begin(self, now: float, seconds: float) -> None:
        """Waits for a request, whose first byte has to arrive within so many seconds."""
        self.phase, self.since, self.deadline = Phase.RECEIVING, now, now + seconds
        self.pace: TransferRate | None = None
        self.has_continued = False
        self._clear_frame()
        if self._next:
            rest, self._next = self._next, b""
            self.take(rest, now)

    def take(self, data: bytes, now: float) -> None:
        """Adds received bytes."""
        if not self.frame.received:
            self.deadline = now + HEAD_SECONDS
        self.frame.feed(data)
        if self.frame.has_head and self.pace is None:
            self.pace = TransferRate(now, self.frame.received)

    def is_late(self, now: float) -> bool:
        """Returns whether the client is too slow, with its request or with receiving the answer."""
        if self.phase in (Phase.ANSWERING, Phase.SENDING):
            return self.pace is not None and self.pace.is_too_slow(now, self.sock.outbox.taken)
        if self.phase is Phase.RECEIVING and self.pace is not None:
            return self.pace.is_too_slow(now, self.frame.received)
        return bool(now >= self.deadline)

    def init(self) -> None:
        """Creates the parser of the complete request; gunicorn calls it in a thread."""
        content, self._next = self.frame.split()
        is_last = self.frame.is_cut or self.frame.is_malformed
        self.parser = BufferedParser(self.cfg, content, self.client, is_last=is_last)
        self._clear_frame()

    def _clear_frame(self) -> None:
        self.frame = RequestFrame(self._most_body_bytes)


def _pieces(content: bytes) -> Iterator[bytes]:
    view = memoryview(content)
    for start in range(0, len(content), _PIECE_BYTES):
        yield bytes(view[start : start + _PIECE_BYTES])
