"""Parses the messages of a viewer."""

from pydantic import ValidationError

from domain.errors.misfits import misfit_of
from domain.errors.walks import CommandBinary, CommandMisfit
from domain.inference.commands import Command


def parsed_command(message: str | bytes) -> Command:
    """Returns the command in a message; raises CommandBinary, or CommandMisfit."""
    if isinstance(message, bytes | bytearray):
        raise CommandBinary
    try:
        return Command.model_validate_json(message)
    except ValidationError as error:
        field, misfit = misfit_of(error)
        raise CommandMisfit("message" if field == "body" else field[:40], misfit) from error
