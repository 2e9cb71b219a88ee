"""What is wrong with an invalid field: pydantic's errors by their type, and those of Clew's own validators."""

from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from domain.messages import TEMPLATES, Message, Text, template

# By pydantic's error types, with its English texts. A type that is not listed is shown with pydantic's own text.
_INVALID = {
    "missing": template("Field required"),
    "extra_forbidden": template("Extra inputs are not permitted"),
    "string_type": template("Input should be a valid string"),
    "string_too_short": template("String should have at least {min_length} characters"),
    "string_too_long": template("String should have at most {max_length} characters"),
    "string_pattern_mismatch": template("String should match pattern '{pattern}'"),
    "int_type": template("Input should be a valid integer"),
    "int_parsing": template("Input should be a valid integer, unable to parse string as an integer"),
    "int_parsing_size": template("Unable to parse input string as an integer, exceeded maximum size"),
    "int_from_float": template("Input should be a valid integer, got a number with a fractional part"),
    "float_type": template("Input should be a valid number"),
    "float_parsing": template("Input should be a valid number, unable to parse string as a number"),
    "finite_number": template("Input should be a finite number"),
    "bool_type": template("Input should be a valid boolean"),
    "bool_parsing": template("Input should be a valid boolean, unable to interpret input"),
    "list_type": template("Input should be a valid list"),
    "tuple_type": template("Input should be a valid tuple"),
    "dict_type": template("Input should be a valid dictionary"),
    "model_type": template("Input should be a valid dictionary or instance of {class_name}"),
    "model_attributes_type": template("Input should be a valid dictionary or object to extract fields from"),
    "datetime_type": template("Input should be a valid datetime"),
    "datetime_parsing": template("Input should be a valid datetime, {error}"),
    "datetime_from_date_parsing": template("Input should be a valid datetime or date, {error}"),
    "datetime_object_invalid": template("Invalid datetime object, got {error}"),
    "greater_than": template("Input should be greater than {gt}"),
    "greater_than_equal": template("Input should be greater than or equal to {ge}"),
    "less_than": template("Input should be less than {lt}"),
    "less_than_equal": template("Input should be less than or equal to {le}"),
    "enum": template("Input should be {expected}"),
    "literal_error": template("Input should be {expected}"),
    "too_short": template("{field_type} should have at least {min_length} items after validation, not {actual_length}"),
    "too_long": template("{field_type} should have at most {max_length} items after validation, not {actual_length}"),
    "json_invalid": template("Invalid JSON: {error}"),
    "json_type": template("JSON input should be string, bytes or bytearray"),
    "recursion_loop": template("Recursion error - cyclic reference detected"),
    "value_error": template("Value error, {error}"),
    # Pydantic's texts for a limit of one.
    "string_too_short.one": template("String should have at least 1 character"),
    "string_too_long.one": template("String should have at most 1 character"),
    "too_short.one": template("{field_type} should have at least 1 item after validation, not {actual_length}"),
    "too_long.one": template("{field_type} should have at most 1 item after validation, not {actual_length}"),
    # For dates of a model server; raised as pydantic's error by `domain.moments`.
    "year_out_of_range": template("Value error, is outside the years 1 to 9999"),
    # For fields of a training; raised by `domain.trainings`.
    "batch_too_large": template("should be at most {most}, the steps that all mazes collect between two updates"),
    "rollout_too_small": template(
        "should be at most {most}, the steps that all environments collect between two updates"
    ),
    "needs_separate_actions": template(
        "chooses one of several actions, but those of {env_id} are continuous: use PPO or SAC"
    ),
    "needs_continuous_actions": template("chooses continuous actions, but {env_id} has discrete ones: use PPO or DQN"),
    "needs_one_action": template("chooses one action at a time, but {env_id} takes several at once: use PPO"),
    "epsilon_rises": template("should be at most {most}, the initial exploration rate"),
    "seeds_unreadable": template("contains no seeds; enter 7, or 1-5, or 1, 3, 10-12"),
    "too_many_seeds": template("has more than {most} seeds, the maximum at a time"),
    "like_an_option": template("should not begin with “-”: a program would take it for an option"),
    "not_printable": template("should have no line breaks and no control characters"),
    # For changes of runs; raised by `domain.run_changes`.
    "not_storable": template("has characters that cannot be stored"),
    "nothing_to_see": template("has no visible characters"),
    "too_many_tags": template("changes more than {most} tags at a time"),
    "tag_too_long": template("the value of {key} has more than {most} characters"),
    "key_too_long": template("a tag's name has more than {most} characters"),
    "key_malformed": template("a tag's name has letters, digits, spaces and _ - . : / alone, and is no path: {key}"),
    "key_owned": template("the tags of MLflow and of Clew cannot be edited: {key}"),
    "changes_nothing": template("contains nothing to change"),
    "like_a_path": template("should not be a path: “/”, “\\” and “..” are not allowed"),
}
_PREFIX = "invalid."
TEMPLATES.update({_PREFIX + kind: text for kind, text in _INVALID.items()})


class InvalidValue(Message):
    """A value that a pydantic model refused: `kind` is pydantic's error type, `context` its details."""

    kind: str
    context: dict[str, Any]

    code = property(lambda self: _PREFIX + self.kind)
    params = property(lambda self: self.context)


def misfit_of(error: ValidationError) -> tuple[str, Message | Text]:
    """Returns the first invalid field, as "a.0.b" ("body" for the whole), and what is wrong with it."""
    first = error.errors(include_url=False, include_input=False)[0]
    return field_of(first), reason_of(first)


def misfits_of(error: ValidationError) -> dict[str, Message | Text]:
    """Returns what is wrong with each invalid field."""
    return {field_of(one): reason_of(one) for one in error.errors(include_url=False, include_input=False)}


def field_of(details: ErrorDetails) -> str:
    """Returns the path of a field, as "a.0.b"; "body" for the whole."""
    return ".".join(map(str, details["loc"])) or "body"


def reason_of(details: ErrorDetails) -> Message | Text:
    """Returns what is wrong with a field: a translated message where the type is known, else pydantic's own text."""
    context = {name: _plain(value) for name, value in details.get("ctx", {}).items()}
    one = context.get("min_length", context.get("max_length")) == 1
    kind = f"{details['type']}.one" if one and f"{details['type']}.one" in _INVALID else details["type"]
    return InvalidValue(kind, context) if kind in _INVALID else Text(details["msg"])


def _plain(value: object) -> object:
    """Converts a value of pydantic's context for JSON: exceptions, dates and patterns become their text."""
    return value if isinstance(value, bool | int | float | str | None) else {"text": str(value)}
