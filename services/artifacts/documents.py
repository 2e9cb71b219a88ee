"""Markdown, notebooks and HTML as documents for a sandbox, converted by a child process with a time limit."""

import subprocess
import tempfile
from typing import Final

from domain.artifacts.kinds import Kind
from domain.errors.artifacts.records import DocumentUnreadable, NotShown
from services.artifacts.children.confined import read_confined
from services.artifacts.previews import document_of
from services.artifacts.run_artifacts import RunArtifacts

_CHILD: Final = "services.artifacts.children.document_child"


def document(artifacts: RunArtifacts, run_id: str, path: str, language: str, files: str) -> tuple[Kind, bytes]:
    """Returns the file as HTML, and its kind; `files` is the address prefix of the run's files.

    Raises `NotShown`, and as `RunArtifacts`.
    """
    kind, content = document_of(artifacts, run_id, path)
    if kind is Kind.HTML:
        return kind, content
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        try:
            return kind, read_confined(_CHILD, file, kind.value, language, files, path)
        except (OSError, subprocess.SubprocessError) as error:
            raise NotShown(DocumentUnreadable()) from error
