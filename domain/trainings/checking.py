"""Validates the values of a form, each field and all together: while it is filled in, and at the start."""

from collections.abc import Mapping

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from domain.errors.misfits import reason_of
from domain.errors.trainings.requests import TrainingRefused
from domain.messages import Message, Text
from domain.trainings.built_in import request_of, values_of
from domain.trainings.fields import Value
from domain.trainings.trainer import TrainerForm


def checked(trainer: TrainerForm, filled: Mapping[str, object]) -> list[dict[str, Value]]:
    """Returns the values of each requested run, defaults included; raises TrainingRefused with each invalid field."""
    runs = trainer.split(trainer.check(filled))
    return [_of_ours(run) for run in runs] if trainer.is_built_in else runs


def _of_ours(values: Mapping[str, Value]) -> dict[str, Value]:
    try:
        return values_of(request_of(values))
    except ValidationError as error:
        raise TrainingRefused(dict(map(_misfit, error.errors(include_url=False)))) from error


def _misfit(details: ErrorDetails) -> tuple[str, Message | Text]:
    """Returns the field and what is wrong; an error that concerns several fields names its own. Paths begin with the
    algorithm.
    """
    own = details.get("ctx", {}).get("field")
    return str(own or (details["loc"][1] if len(details["loc"]) > 1 else "algorithm")), reason_of(details)
