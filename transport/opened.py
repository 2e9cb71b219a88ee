"""Answers: complete ones, and those whose body is read piece by piece."""

import time
from collections.abc import Iterator, Mapping
from http.client import IncompleteRead
from typing import Final, NamedTuple

import requests

from domain.errors import Name
from domain.errors.connections import TimedOut
from transport.deadline import DeadlineSession
from transport.failures import RAISED, failure_of

PIECE_BYTES: Final = 2**18
_MAX_WORDS: Final = 2**16


class Answer(NamedTuple):
    """A complete answer; header names are case-insensitive. `proxy` if a proxy may have sent it, as with plain HTTP."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    proxy: str | None = None

    def close(self) -> None:
        """Does nothing: a complete answer has no connection."""


class OpenAnswer:
    """An answer with an unread body; it has to be closed. Each piece has to come within `piece_seconds`."""

    def __init__(
        self,
        service: Name,
        session: DeadlineSession,
        response: requests.Response,
        proxy: str | None,
        piece_seconds: float,
    ) -> None:
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self._service = service
        self._session = session
        self._response = response
        self._proxy = proxy
        self._piece_seconds = piece_seconds

    def pieces(self) -> Iterator[bytes]:
        """Yields the body; raises a `ServiceUnavailable` if it breaks off or stalls. Closes the answer."""
        announced, length = self.headers.get("Content-Length", ""), 0
        try:
            while piece := self._next():
                length += len(piece)
                yield piece
            if announced.isdigit() and length < int(announced):
                raise self._named(IncompleteRead(b"", int(announced) - length))
        finally:
            self.close()

    def whole(self) -> Answer:
        """Returns the answer with the beginning of its body, which suffices for errors. Closes it."""
        content = b""
        for piece in self.pieces():
            content += piece
            if len(content) >= _MAX_WORDS:
                break
        self.close()
        return Answer(self.status, self.headers, content[:_MAX_WORDS], self._proxy)

    def close(self) -> None:
        """Ends the exchange, even if the body is not read completely."""
        self._response.close()
        self._session.close()

    def _next(self) -> bytes:
        # A read waits for the requested number of bytes, and a server may send them slowly.
        ends = time.monotonic() + self._piece_seconds
        try:
            with self._session.connection.cut_at(ends):
                return bytes(self._response.raw.read(PIECE_BYTES))
        except RAISED as error:
            if time.monotonic() >= ends:
                raise TimedOut(self._service) from error
            raise self._named(error) from error

    def _named(self, error: Exception) -> Exception:
        return failure_of(error, self._service, is_connected=True, proxy=self._proxy)
