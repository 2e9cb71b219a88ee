"""A file that is being read, from MLflow or from its store: the header of the answer, and the bytes."""

from collections.abc import Iterator
from typing import Final

from domain.artifacts.spans import Span, content_range
from domain.errors import BadResponse, NotFound
from domain.errors.answers import NotAsMlflowSends, UnexpectedStatus
from domain.errors.artifacts.records import NoSuchArtifact, RangeNotServed, RangeOutside
from mlflow_api.schemas import SERVICE
from transport.decoding import decoded
from transport.opened import OpenAnswer

MAX_DROPPED_MIB: Final = 256


class OpenFile:
    """A file, or the part of it from `begins` up to `ends`; its bytes are streamed. It has to be closed."""

    def __init__(self, answer: OpenAnswer, begins: int, ends: int | None, size: int | None) -> None:
        self.begins = begins
        self.ends = ends
        self.size = size
        """None if the server does not send it; then `ends` is None, too."""
        self.etag: str | None = answer.headers.get("ETag")
        self._answer = answer
        self._drops = begins if answer.status == 200 else 0

    @property
    def is_same(self) -> bool:
        """Whether the caller has this version of it already."""
        return self._answer.status == 304

    def pieces(self) -> Iterator[bytes]:
        """Yields its bytes and closes it; raises a `ServiceUnavailable` if the connection breaks."""
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
        """Returns all bytes."""
        return b"".join(self.pieces())

    def close(self) -> None:
        """Closes the connection."""
        self._answer.close()


def opened(answer: OpenAnswer, span: Span | None, path: str, size: int | None = None) -> OpenFile:
    """Returns the file described by an answer's header; `size` is its length if already known.

    Raises `NoSuchArtifact`, `RangeOutside`, `RangeNotServed`, and a `ServiceError` if the answer is no file.
    """
    if answer.status == 304:
        return OpenFile(answer, 0, None, None)
    if answer.status == 416:
        raise RangeOutside(_size_behind(answer.headers.get("Content-Range", "")) or size or 0)
    if answer.status not in (200, 206):
        _refuse(answer, path)
    # MLflow sends every file with this header, and makes stores do so; login pages and proxies' answers lack it.
    if not answer.headers.get("Content-Disposition", "").startswith("attachment"):
        raise BadResponse(SERVICE, "Content-Disposition", NotAsMlflowSends())
    if answer.status == 206:
        header = content_range(answer.headers.get("Content-Range", ""))
        if header is None or span is None:
            raise BadResponse(SERVICE, "Content-Range", NotAsMlflowSends())
        return OpenFile(answer, header[0], header[1] + 1, header[2])
    return _whole(answer, span)


def _whole(answer: OpenAnswer, span: Span | None) -> OpenFile:
    """Opens a file that the server sent completely, even if a part was requested."""
    announced = answer.headers.get("Content-Length", "")
    size = int(announced) if announced.isdigit() else None
    if span is None:
        return OpenFile(answer, 0, size, size)
    if size is None:
        raise BadResponse(SERVICE, "Content-Length", NotAsMlflowSends())
    begins, ends = span.of(size)
    if begins >= size > 0 and span.first >= 0:
        raise RangeOutside(size)
    if begins > MAX_DROPPED_MIB << 20:
        raise RangeNotServed(MAX_DROPPED_MIB)
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
