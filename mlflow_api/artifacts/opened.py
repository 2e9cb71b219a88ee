"""A file that is being read, from MLflow or from its store: what the head of the answer says, and the bytes."""

from collections.abc import Iterator
from typing import Final

from domain.artifacts.spans import Span, content_range
from domain.errors import BadResponse, NotFound
from domain.errors.answers import NotAsMlflowSends, UnexpectedStatus
from domain.errors.artifacts.records import NoSuchArtifact, RangeNotServed, RangeOutside
from mlflow_api.schemas import SERVICE
from transport.decoding import decoded
from transport.opened import OpenAnswer

MOST_DROPPED_MIB: Final = 256


class OpenFile:
    """A file, or the part of it from `begins` up to `ends`; its bytes come as they are read. Close it."""

    def __init__(self, answer: OpenAnswer, begins: int, ends: int | None, size: int | None) -> None:
        self.begins = begins
        self.ends = ends
        self.size = size
        """None where the server does not say it; then `ends` is None, too."""
        self.etag: str | None = answer.headers.get("ETag")
        self._answer = answer
        self._drops = begins if answer.status == 200 else 0

    @property
    def is_same(self) -> bool:
        """Whether the caller has this version of it already."""
        return self._answer.status == 304

    def pieces(self) -> Iterator[bytes]:
        """Yields its bytes; raises a `ServiceUnavailable` where they break off. Closes it."""
        left = None if self.ends is None else self.ends - self.begins
        drops = self._drops
        try:
            for piece in self._answer.pieces() if left != 0 else ():
                kept, drops = piece[drops:], max(0, drops - len(piece))
                yield kept if left is None else kept[:left]
                left = None if left is None else max(0, left - len(kept))
                if left == 0:
                    return
        finally:
            self.close()

    def read(self) -> bytes:
        """Returns all of them."""
        return b"".join(self.pieces())

    def close(self) -> None:
        """Leaves it."""
        self._answer.close()


def opened(answer: OpenAnswer, span: Span | None, path: str, size: int | None = None) -> OpenFile:
    """Returns what the head of an answer says; `size` is the file's, where it is known from elsewhere.

    Raises `NoSuchArtifact`, `RangeOutside`, `RangeNotServed`, and a `ServiceError` for what is no file.
    """
    if answer.status == 304:
        return OpenFile(answer, 0, None, None)
    if answer.status == 416:
        raise RangeOutside(_size_behind(answer.headers.get("Content-Range", "")) or size or 0)
    if answer.status not in (200, 206):
        _refuse(answer, path)
    # With it MLflow sends every file, and has a store do so; a login page or a proxy's word comes without.
    if not answer.headers.get("Content-Disposition", "").startswith("attachment"):
        raise BadResponse(SERVICE, "Content-Disposition", NotAsMlflowSends())
    if answer.status == 206:
        header = content_range(answer.headers.get("Content-Range", ""))
        if header is None or span is None:
            raise BadResponse(SERVICE, "Content-Range", NotAsMlflowSends())
        return OpenFile(answer, header[0], header[1] + 1, header[2])
    return _whole(answer, span)


def _whole(answer: OpenAnswer, span: Span | None) -> OpenFile:
    """Opens a file of a server that sent all of it, whether or not a part was asked for."""
    announced = answer.headers.get("Content-Length", "")
    size = int(announced) if announced.isdigit() else None
    if span is None:
        return OpenFile(answer, 0, size, size)
    if size is None:
        raise BadResponse(SERVICE, "Content-Length", NotAsMlflowSends())
    begins, ends = span.of(size)
    if begins >= size > 0 and span.first >= 0:
        raise RangeOutside(size)
    if begins > MOST_DROPPED_MIB << 20:
        raise RangeNotServed(MOST_DROPPED_MIB)
    return OpenFile(answer, begins, ends, size)


def _refuse(answer: OpenAnswer, path: str) -> None:
    try:
        decoded(SERVICE, answer.whole())
    except NotFound as error:
        raise NoSuchArtifact(path) from error
    raise BadResponse(SERVICE, "status", UnexpectedStatus(answer.status))


def _size_behind(header: str) -> int:
    size = header.rpartition("/")[2]
    return int(size) if size.isdigit() else 0
