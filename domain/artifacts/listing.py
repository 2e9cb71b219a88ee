"""The content of a run's folder."""

from typing import Annotated, NamedTuple

from pydantic import BaseModel, BeforeValidator, Field

from domain.artifacts.paths import name_of


class ArtifactEntry(BaseModel):
    """A file or folder by its path in the run; `size_bytes` is None for folders and where it is unknown."""

    path: str
    is_dir: bool = False
    size_bytes: Annotated[int | None, Field(validation_alias="file_size", ge=0)] = None

    @property
    def name(self) -> str:
        """The last part of its path."""
        return name_of(self.path)


class ArtifactListing(BaseModel):
    """The files of a folder as MLflow lists them; it omits empty fields."""

    files: Annotated[list[ArtifactEntry], BeforeValidator(lambda files: files or [])] = []
    root_uri: str = ""


class Window(NamedTuple):
    """A part of a file that starts at byte `begins`; the whole file has `size_bytes`."""

    content: bytes
    begins: int
    size_bytes: int
    etag: str | None = None

    @property
    def ends(self) -> int:
        """The offset after the last byte."""
        return self.begins + len(self.content)
