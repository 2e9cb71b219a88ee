"""A temporary copy of a run's file on disk, for libraries that need random access."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from domain.errors.artifacts.records import ArtifactTooLarge, NotShown
from mlflow_api.artifacts.opened import OpenFile


@contextmanager
def on_disk(opened: OpenFile, most_mib: int) -> Iterator[IO[bytes]]:
    """Copies the file to disk and opens it at its beginning; raises `NotShown` for a larger one."""
    most = most_mib << 20
    with tempfile.TemporaryFile() as kept:
        try:
            if opened.size is not None and opened.size > most:
                raise NotShown(ArtifactTooLarge(most_mib))
            for piece in opened.pieces():
                kept.write(piece)
                if kept.tell() > most:
                    raise NotShown(ArtifactTooLarge(most_mib))
        finally:
            opened.close()
        kept.seek(0)
        yield kept
