"""The setting that names the operator's file of environments, which several programs read."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from domain.environments.environments_file import environments_in
from domain.errors import BadInput


def _checked(path: Path | None) -> Path | None:
    try:
        if path is not None:
            environments_in(path)
    except BadInput as error:
        raise ValueError(str(error).removesuffix(".")) from error
    return path


EnvironmentsFilePath = Annotated[
    Path | None,
    BeforeValidator(lambda path: path or None),
    AfterValidator(_checked),
    Field(
        description="A TOML file that defines how environments are created and what counts as success; see "
        "docs/environments.md."
    ),
]
