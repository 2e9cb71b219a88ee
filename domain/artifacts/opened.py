"""A file of a run that is being read."""

from collections.abc import Iterator
from typing import Protocol


class OpenedFile(Protocol):
    """A file, or the part of it from byte `begins` up to `ends`; its bytes come as they are read. Close it."""

    @property
    def begins(self) -> int:
        """Its first byte's place in the file."""

    @property
    def ends(self) -> int | None:
        """The place behind its last byte; None where `size` is."""

    @property
    def size(self) -> int | None:
        """Of the whole file; None where the store does not say it."""

    @property
    def etag(self) -> str | None:
        """What the store calls this version of it."""

    @property
    def is_same(self) -> bool:
        """Whether the caller has this version of it already."""

    def pieces(self) -> Iterator[bytes]:
        """Returns its bytes; raises a `ServiceUnavailable` where they break off. Closes it."""

    def close(self) -> None:
        """Leaves it."""
