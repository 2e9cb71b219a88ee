"""Figures and tables in JSON files and pages: small ones are parsed here, larger ones by a child under limits."""

import subprocess
from typing import Any, Final

import orjson
from pydantic import ValidationError

from domain.artifacts.figures import MAX_VALUES, FileFigure
from domain.artifacts.kinds import Kind
from domain.artifacts.tables import FileTable
from domain.errors.artifacts.records import FigureTooLarge, NotShown
from services.artifacts.children.confined import read_confined
from services.artifacts.json_facts import facts_of
from services.artifacts.run_artifacts import RunArtifacts
from services.artifacts.temporary import on_disk

MAX_MIB: Final = 16
_CHILD: Final = "services.artifacts.children.figure_child"
_MAX_BYTES: Final = 6 * 2**20
"""Bytes of a figure or table that a page is sent."""


def figure_or_table_in(value: Any) -> dict[str, FileFigure | FileTable]:
    """Returns the figure or the table in a small value; raises `NotShown` for a figure that is too large."""
    return _checked(facts_of(value))


def figure_or_table_in_file(
    artifacts: RunArtifacts, run_id: str, path: str, kind: Kind
) -> dict[str, FileFigure | FileTable]:
    """Returns the figure or table in a JSON file or page of up to `MAX_MIB`; {} where it cannot be parsed in time."""
    with on_disk(artifacts.open(run_id, path), MAX_MIB) as file:
        try:
            answer = read_confined(_CHILD, file, kind.value)
            if len(answer) > _MAX_BYTES:
                raise NotShown(FigureTooLarge(MAX_VALUES))
            return _checked(orjson.loads(answer))
        except (OSError, subprocess.SubprocessError, orjson.JSONDecodeError, ValidationError):
            return {}


def _checked(facts: dict[str, Any]) -> dict[str, FileFigure | FileTable]:
    if "too_many" in facts:
        raise NotShown(FigureTooLarge(facts["too_many"]))
    shapes: dict[str, type[FileFigure] | type[FileTable]] = {"figure": FileFigure, "table": FileTable}
    return {name: shape.model_validate(facts[name]) for name, shape in shapes.items() if name in facts}
