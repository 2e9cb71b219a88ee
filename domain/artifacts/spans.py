"""Parts of a file in the syntax of HTTP's Range header."""

import re
from typing import Final, NamedTuple

_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_CONTENT_RANGE: Final = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})")


class Span(NamedTuple):
    """From byte `first` to byte `last` inclusive, or to the end; a negative `first` counts from the end."""

    first: int
    last: int | None = None

    @property
    def header(self) -> str:
        """The value of a Range header."""
        if self.first < 0:
            return f"bytes={self.first}"
        return f"bytes={self.first}-" + ("" if self.last is None else str(self.last))

    def within(self, most_bytes: int) -> "Span":
        """Returns the same span limited to `most_bytes`; a span counted from the end is unchanged."""
        if self.first < 0:
            return self
        last = self.first + most_bytes - 1
        return Span(self.first, last if self.last is None else min(last, self.last))

    def of(self, size: int) -> tuple[int, int]:
        """Returns where the span begins in a file of `size` bytes, and the offset after its last byte."""
        begins = max(0, size + self.first) if self.first < 0 else min(self.first, size)
        ends = size if self.last is None or self.first < 0 else min(self.last + 1, size)
        return begins, max(begins, ends)


def span_of(header: str | None) -> Span | None:
    """Returns the single part that a Range header requests; None for none, for several, and for an invalid header."""
    found = _RANGE.fullmatch((header or "").strip())
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        return Span(-int(found[2])) if int(found[2]) else None
    last = int(found[2]) if found[2] else None
    return None if last is not None and last < int(found[1]) else Span(int(found[1]), last)


def content_range(header: str) -> tuple[int, int, int] | None:
    """Parses a Content-Range header: first byte, last byte and size of the file; None for anything else."""
    found = _CONTENT_RANGE.fullmatch(header.strip())
    if found is None:
        return None
    first, last, size = map(int, found.groups())
    return (first, last, size) if first <= last < size else None
