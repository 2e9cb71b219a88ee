"""A file of a run that is opened for reading."""

from collections.abc import Iterator
from typing import Protocol


class OpenedFile(Protocol):
    """A file, or the part of it from byte `begins` up to `ends`, read as a stream. The caller closes it."""

    @property
    def begins(self) -> int:
        """The offset of the first byte."""

    @property
    def ends(self) -> int | None:
        """The offset after the last byte; None where `size` is."""

    @property
    def size(self) -> int | None:
        """The size of the whole file in bytes; None where the store does not report it."""

    @property
    def etag(self) -> str | None:
        """The store's entity tag of this version."""

    @property
    def is_same(self) -> bool:
        """Whether the caller already has this version."""

    def pieces(self) -> Iterator[bytes]:
        """Yields its bytes, then closes it; raises a `ServiceUnavailable` where the connection breaks."""

    def close(self) -> None:
        """Closes the file."""
