"""Reads Parquet files as tables in a child process with a time limit."""

import subprocess
from typing import IO

from pydantic import ValidationError

from domain.artifacts.tables import FileTable
from domain.errors.artifacts.records import NotShown, TableUnreadable
from services.artifacts.children.confined import SECONDS, read_confined
from services.artifacts.children.table_child import MEMORY_BYTES


def parquet_table(file: IO[bytes]) -> FileTable:
    """Returns the first rows; raises `NotShown`."""
    try:
        return FileTable.model_validate_json(read_confined("services.artifacts.children.table_child", file))
    except (OSError, subprocess.SubprocessError, ValidationError) as error:
        raise NotShown(TableUnreadable(round(SECONDS), MEMORY_BYTES >> 20)) from error
