"""The team's own names for metrics and parameters, from the TOML file that `VOCABULARY_FILE` names."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError

from domain.errors.records import InvalidArgument
from domain.messages import Text
from domain.tracking.tool_names import METRICS, PARAMETERS, SCALES, MetricWord, ParameterWord
from domain.tracking.vocabulary import Vocabulary


def read_vocabulary(path: Path) -> Vocabulary:
    """Returns the vocabulary in a TOML file; raises BadInput."""
    try:
        return vocabulary_in(path.read_text("utf-8"))
    except OSError as error:
        raise InvalidArgument(Text(f"The vocabulary cannot be read: {error.strerror}.")) from error
    except UnicodeDecodeError as error:
        raise InvalidArgument(Text("The vocabulary is no UTF-8 text.")) from error


def vocabulary_in(toml: str) -> Vocabulary:
    """Parses the text of a vocabulary file, as `vocabulary_with` does its content; raises BadInput."""
    try:
        return vocabulary_with(tomllib.loads(toml))
    except tomllib.TOMLDecodeError as error:
        raise InvalidArgument(Text(f"The vocabulary is no TOML: {error}.")) from error


def vocabulary_with(names: Mapping[str, Any]) -> Vocabulary:
    """Returns the built-in vocabulary, except that each word listed in `names` has only the names given there.

    `names` looks like {"metrics": {"reward": ["return"]}, "parameters": {"seed": ["rng"]}, "per_episode": [],
    "scales": {"solved": 100}}. Raises BadInput that describes every error in it.
    """
    given = dict(names)
    for part, builtin in (("metrics", METRICS), ("parameters", PARAMETERS), ("scales", SCALES)):
        if isinstance(given.get(part), Mapping):
            given[part] = {**builtin, **given[part]}
    try:
        return Vocabulary.model_validate(given)
    except ValidationError as error:
        raise InvalidArgument(
            Text(f"The vocabulary is wrong. {'. '.join(_sentence(each) for each in error.errors())}.")
        ) from error


def _sentence(error: Any) -> str:
    """Returns one of pydantic's errors as "metrics.rewrad: there is no such word; there are reward, …"."""
    place = [str(part) for part in error["loc"]]
    if place[-1:] == ["[key]"] and place[0] != "scales":
        words = get_args(MetricWord if place[0] == "metrics" else ParameterWord)
        return f"{'.'.join(place[:-1])}: there is no such word; there are {', '.join(words)}"
    if error["type"] == "extra_forbidden":
        return f"{'.'.join(place)}: there is no such part; there are {', '.join(Vocabulary.model_fields)}"
    message = error["msg"].removeprefix("Value error, ")
    message = message.replace("tuple", "list")  # as a TOML file calls it
    return f"{'.'.join(place)}: {message}, not {error['input']!r}" if place else message
