"""Reads ALERTS_FILE once at the start, so that an error in it stops the start, with its line."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from dotenv import dotenv_values
from pydantic import AfterValidator, BeforeValidator

from domain.alerts.rules import AlertRules
from domain.alerts.rules_file import MAX_BYTES, read_rules
from domain.errors import BadInput
from domain.errors.records import InvalidArgument
from domain.messages import Text


def rules_in(path: Path, is_address: Callable[[str], bool] = lambda _url: True) -> AlertRules:
    """Returns the receivers and rules of a TOML file.

    Raises BadInput. Variables in it are taken from the environment, or `.env`.
    """
    variables = {name: value for name, value in dotenv_values(".env").items() if value is not None}
    try:
        with path.open("rb") as file:
            return read_rules(file.read(MAX_BYTES).decode(), variables | dict(os.environ), is_address)
    except OSError as error:
        raise InvalidArgument(Text(f"The file of alerts cannot be read: {error.strerror}.")) from error
    except UnicodeDecodeError as error:
        raise InvalidArgument(Text("The file of alerts is no UTF-8 text.")) from error


def _checked(path: Path | None) -> Path | None:
    try:
        if path is not None:
            rules_in(path)
    except BadInput as error:
        raise ValueError(str(error).removesuffix(".")) from error
    return path


AlertsFile = Annotated[Path | None, BeforeValidator(lambda path: path or None), AfterValidator(_checked)]
