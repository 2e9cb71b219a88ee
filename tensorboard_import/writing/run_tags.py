"""The tags that identify a folder's run, and those with the progress of its files."""

from collections.abc import Mapping
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from tensorboard_import.folders.event_file import Head

KEY: Final = "clew.tensorboard.key"
"""The identity of the folder, independent of its path."""
FOLDER: Final = "clew.tensorboard.folder"
LOGDIR: Final = "clew.tensorboard.logdir"
HOST: Final = "clew.tensorboard.host"
GENERATION: Final = "clew.tensorboard.generation"
"""How often the run was recreated because a restart discarded points."""
SUPERSEDED: Final = "clew.tensorboard.superseded_by"
LEFT_OUT: Final = "clew.tensorboard.left_out"
PROBLEM: Final = "clew.tensorboard.problem"
_FILE: Final = "clew.tensorboard.file."
_NAME: Final = "clew.tensorboard.name."
_OWN: Final = "clew.tensorboard."


class FileProgress(BaseModel):
    """The progress of a file: the next byte, and the highest step and last time (ms) up to there."""

    model_config = ConfigDict(frozen=True)

    name: str
    offset: int
    head: Head
    top: int | None = None
    last_ms: int | None = None


def file_tag(file_id: str, progress: FileProgress) -> dict[str, str]:
    """Returns the tag that stores it."""
    return {_FILE + file_id: progress.model_dump_json()}


def files_in(tags: Mapping[str, str]) -> dict[str, FileProgress]:
    """Returns the progress of each file, by its id; tags edited by others are ignored."""
    found = {}
    for key, value in tags.items():
        if key.startswith(_FILE):
            try:
                found[key.removeprefix(_FILE)] = FileProgress.model_validate_json(value)
            except ValidationError:
                continue
    return found


def name_tags(changed: Mapping[str, str]) -> dict[str, str]:
    """Returns the tags that store the originals of changed names."""
    return {_NAME + name: original for name, original in changed.items()}


def changed_names(tags: Mapping[str, str]) -> dict[str, str]:
    """Returns the originals of changed names, by name."""
    return {key.removeprefix(_NAME): value for key, value in tags.items() if key.startswith(_NAME)}


def generation_of(tags: Mapping[str, str]) -> int:
    """Returns how often the run was recreated."""
    generation = tags.get(GENERATION, "")
    return int(generation) if generation.isascii() and generation.isdigit() else 0


def others(tags: Mapping[str, str]) -> dict[str, str]:
    """Returns the tags that are not the importer's: those of users and other programs."""
    return {key: value for key, value in tags.items() if not key.startswith(_OWN)}
