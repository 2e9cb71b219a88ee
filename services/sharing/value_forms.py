"""How a shared value is stored in its file: as JSON, or in its own format."""

from collections.abc import Iterable
from typing import BinaryIO, Generic, Protocol, TypeVar

from pydantic import TypeAdapter, ValidationError

from services.sharing.atomic_file import Content

T = TypeVar("T")


class ValueForm(Protocol[T]):
    """Writes and reads values of one kind."""

    suffix: str
    """The suffix of such files."""
    is_mapped: bool
    """Whether the value is mapped from the file, and so needs almost no memory of each worker."""

    def chunks(self, value: T) -> Iterable[Content]:
        """Returns the content of its file; raises ValueError where the value cannot be written."""

    def read(self, file: BinaryIO) -> T | None:
        """Returns the value in a file; None where it is damaged, or of another version. Raises `OSError`."""


class JsonForm(Generic[T]):
    """A value of `shape` as JSON; one of another `format_version` counts as missing."""

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
