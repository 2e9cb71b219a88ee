"""How a shared value lies in its file: as JSON, or in a form of its own."""

from collections.abc import Iterable
from typing import BinaryIO, Generic, Protocol, TypeVar

from pydantic import TypeAdapter, ValidationError

from services.sharing.atomic_file import Content

T = TypeVar("T")


class ValueForm(Protocol[T]):
    """How a value of one kind is written and read."""

    suffix: str
    """What the names of such files end in."""
    is_mapped: bool
    """Whether what is read is mapped from the file, and so costs each worker next to no memory."""

    def chunks(self, value: T) -> Iterable[Content]:
        """Returns the content of its file; raises ValueError where the value cannot be written."""

    def read(self, file: BinaryIO) -> T | None:
        """Returns the value in a file; None where it is damaged, or of another version. Raises `OSError`."""


class JsonForm(Generic[T]):
    """A value of `shape` as JSON; one of another `format_version` is as good as absent."""

    suffix = ".json"
    is_mapped = False

    def __init__(self, shape: TypeAdapter[T], format_version: int = 1) -> None:
        self._shape = shape
        self._head, self._tail = b'{"format":%d,"value":' % format_version, b"}"

    def chunks(self, value: T) -> Iterable[Content]:
        """Implements `ValueForm`."""
        return self._head, self._shape.dump_json(value), self._tail

    def read(self, file: BinaryIO) -> T | None:
        """Implements `ValueForm`."""
        content = file.read()
        if not (content.startswith(self._head) and content.endswith(self._tail)):
            return None
        try:
            return self._shape.validate_json(content[len(self._head) : -len(self._tail)])
        except ValidationError:
            return None
