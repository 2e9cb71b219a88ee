"""Finds the end of a request in the received bytes: just enough of HTTP/1.1 to know when it is complete.

Nothing is validated here. Malformed requests count as complete, and are refused by gunicorn's own parser, which gets
these bytes and no others.
"""

import re
from typing import Final

from domain.errors import ClewError
from domain.errors.requests import HeadTooLong, RequestTooLong

MAX_HEAD_BYTES: Final = 256 * 2**10
_END: Final = b"\r\n\r\n"
_LONGEST_SIZE_LINE: Final = 1024
_MAX_TRAILER_BYTES: Final = 16 * 2**10
_MAX_DIGITS: Final = 15
_LENGTH: Final = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)[ \t]*\r\n", re.IGNORECASE)
_CHUNKED: Final = re.compile(rb"\r\ntransfer-encoding:[^\r\n]*chunked[ \t]*\r\n", re.IGNORECASE)
_CONTINUE: Final = re.compile(rb"[^\r]* HTTP/1\.1\r\n(?:.*\r\n)?expect:[ \t]*100-continue[ \t]*\r\n", re.I | re.S)
_SIZE_LINE: Final = re.compile(rb"([0-9a-fA-F]+)(?:[ \t]*;[^\r\n]*)?")


class RequestFrame:
    """One request while it is received.

    `is_whole` once it is complete; `is_cut` if the rest of its body is not read, because its announced length exceeds
    `most_body_bytes`; `is_malformed` if its chunks are, so that its end is unknown. `refusal` if it became too long
    without announcing it; then it is never complete.
    """

    def __init__(self, most_body_bytes: int) -> None:
        self._most_body_bytes = most_body_bytes
        self._content = bytearray()
        self._searched = 0
        self._head_bytes: int | None = None
        self._ends_at: int | None = None  # for a body of known length
        self._next_chunk_at = 0
        self.is_whole = self.is_cut = self.is_malformed = False
        self.refusal: ClewError | None = None

    @property
    def received(self) -> int:
        """The number of received bytes."""
        return len(self._content)

    @property
    def has_head(self) -> bool:
        """Whether the head is complete."""
        return self._head_bytes is not None

    @property
    def head(self) -> bytes:
        """The head with its last empty line; while incomplete, the received part of it."""
        return bytes(self._content[: self._head_bytes])

    @property
    def request_line(self) -> tuple[str, str]:
        """Raw method and address; empty if there are none."""
        method, _, rest = self.head.partition(b"\r\n")[0].partition(b" ")
        return method.decode("latin-1"), rest.partition(b" ")[0].decode("latin-1")

    @property
    def expects_continue(self) -> bool:
        """Whether the client waits for 100 Continue before it sends the body."""
        return self.has_head and not self.is_whole and _CONTINUE.match(self.head) is not None

    def body_start(self, most: int) -> bytes:
        """Returns the first bytes after the head."""
        start = self._head_bytes or 0
        return bytes(self._content[start : start + most])

    def feed(self, data: bytes) -> None:
        """Adds received bytes."""
        self._content += data
        if self._head_bytes is None:
            self._find_head()
        if self._head_bytes is not None and not self.is_whole:
            self._find_end()

    def split(self) -> tuple[bytes, bytes]:
        """Returns the request's own bytes, and those of the next one that arrived with them."""
        end = self.received if self._ends_at is None else self._ends_at
        return bytes(self._content[:end]), bytes(self._content[end:])

    def _find_head(self) -> None:
        found = self._content.find(_END, max(0, self._searched - len(_END) + 1))
        self._searched = self.received
        if (found if found >= 0 else self.received) > MAX_HEAD_BYTES:
            self.refusal = HeadTooLong()
        if found < 0 or self.refusal:
            return
        self._head_bytes = self._next_chunk_at = found + len(_END)
        head = self.head
        is_chunked, length = _CHUNKED.search(head) is not None, _LENGTH.search(head)
        if is_chunked and length is not None:  # the parser refuses it without waiting for more
            self._ends_at = self._head_bytes
        elif not is_chunked:
            self._ends_at = self._head_bytes + (_number(length[1]) if length else 0)

    def _find_end(self) -> None:
        assert self._head_bytes is not None
        if self._ends_at is None:
            self._follow_chunks()
        longest = self._head_bytes + self._most_body_bytes
        if self._ends_at is None:
            self.refusal = RequestTooLong(self._most_body_bytes >> 10) if self.received > longest else None
            return
        self.is_cut = self._ends_at > longest
        self.is_whole = self.is_cut or self.received >= self._ends_at

    def _follow_chunks(self) -> None:
        """Follows the received chunk sizes, and sets where the body ends."""
        while self._ends_at is None and self._next_chunk_at < self.received:
            line_ends = self._content.find(b"\r\n", self._next_chunk_at, self._next_chunk_at + _LONGEST_SIZE_LINE)
            if line_ends < 0:
                if self.received - self._next_chunk_at >= _LONGEST_SIZE_LINE:
                    self._end_as_malformed()
                return
            line = _SIZE_LINE.fullmatch(self._content, self._next_chunk_at, line_ends)
            if line is None or not self._previous_chunk_is_terminated():
                self._end_as_malformed()
            elif int(line[1], 16) == 0:
                # Without trailers, the line end of the last chunk is half of the end.
                ends = self._content.find(_END, line_ends, line_ends + _MAX_TRAILER_BYTES)
                if ends < 0 and self.received - line_ends < _MAX_TRAILER_BYTES:
                    return
                if ends < 0:
                    self._end_as_malformed()
                else:
                    self._ends_at = ends + len(_END)
            else:
                self._next_chunk_at = line_ends + 2 + int(line[1], 16) + 2

    def _end_as_malformed(self) -> None:
        self.is_malformed, self._ends_at = True, self.received

    def _previous_chunk_is_terminated(self) -> bool:
        """Returns whether the bytes before the next size are a line end: of a chunk's data, else of the head."""
        return self._content[self._next_chunk_at - 2 : self._next_chunk_at] == b"\r\n"


def _number(digits: bytes) -> int:
    return int(digits) if len(digits) <= _MAX_DIGITS else 10**_MAX_DIGITS
