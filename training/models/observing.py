"""Observations in the exported policy's format, by the environment's spaces."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from domain.environments.spaces import WHOLE

INPUT_NAME: Final = WHOLE
"""The input for an observation without parts."""
_OF_PARTS: Final = f"{WHOLE}/"

Observations = Mapping[str, NDArray[Any]]
"""Batches by the names of the exported policy's inputs."""


def parts_of(space: spaces.Space) -> dict[str, spaces.Space]:
    """Returns the parts of a space by name; a space without parts is returned as WHOLE."""
    return dict(space.spaces) if isinstance(space, spaces.Dict) else {WHOLE: space}


def input_name(part: str) -> str:
    """Returns the input of the exported policy for a part.

    The part's name alone could clash with the name of an output.
    """
    return INPUT_NAME if part == WHOLE else f"{_OF_PARTS}{part}"


def part_of(name: str) -> str:
    """Returns the part that belongs to an input."""
    return name.removeprefix(_OF_PARTS)


def input_dtype(space: spaces.Space) -> str:
    """Returns the type of an input: integers for discrete spaces, bytes unchanged, all else float32."""
    if isinstance(space, spaces.Discrete | spaces.MultiDiscrete):
        return "int64"
    return "uint8" if space.dtype == np.uint8 else "float32"


def as_given(space: spaces.Space, observations: Sequence[Any]) -> Observations:
    """Returns a batch of observations in the exported policy's format."""
    return {input_name(part): array.astype(input_dtype(of)) for part, of, array in _stacked(space, observations)}


def as_seen(space: spaces.Space, observations: Sequence[Any]) -> Any:
    """Returns observations as a vectorised environment does: one array, or one for each part."""
    arrays = {part: array for part, _, array in _stacked(space, observations)}
    return arrays if isinstance(space, spaces.Dict) else arrays[WHOLE]


def _stacked(space: spaces.Space, observations: Sequence[Any]) -> list[tuple[str, spaces.Space, NDArray[Any]]]:
    has_parts = isinstance(space, spaces.Dict)
    return [
        (part, of, np.stack([np.asarray(one[part] if has_parts else one) for one in observations]))
        for part, of in parts_of(space).items()
    ]
