"""Reads the named settings of hyperparameters.toml."""

import tomllib
from pathlib import Path
from typing import Any, Final, Literal

from domain.errors.records import InvalidArgument
from domain.messages import Text

Algorithm = Literal["PPO", "DQN"]
ALGORITHMS: Final[tuple[Algorithm, ...]] = ("PPO", "DQN")
DEFAULT_SETTING: Final = "default"

_FILE: Final = Path(__file__).with_name("hyperparameters.toml")


def setting_names(algorithm: Algorithm) -> list[str]:
    """The names of an algorithm's settings, in the file's order."""
    return list(_read()[algorithm])


def load_hyperparameters(algorithm: Algorithm, setting: str) -> dict[str, Any]:
    """The hyperparameters of a named setting; raises BadInput for a name that the file does not hold."""
    settings = _read()[algorithm]
    if setting not in settings:
        raise InvalidArgument(Text(f"{algorithm} has no setting {setting!r}; there are: {', '.join(settings)}."))
    return settings[setting]


def _read() -> dict[str, dict[str, dict[str, Any]]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
