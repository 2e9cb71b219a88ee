"""Statistics that normalised a training's observations, such as those of Stable-Baselines3's VecNormalize.

They are stored as JSON in the tag `normalization` of a model version or its run: pickles are never read.
"""

from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, NonNegativeFloat, model_validator

from domain.environments.spaces import BoxSpace, DictSpace, Space, TupleSpace, leaves

MAX_NUMBERS: Final = 2**16


class PartStatistics(BaseModel):
    """Mean and variance of one part of an observation, element by element in C order."""

    model_config = ConfigDict(frozen=True)

    mean: tuple[FiniteFloat, ...] = Field(max_length=MAX_NUMBERS)
    var: tuple[NonNegativeFloat, ...] = Field(max_length=MAX_NUMBERS)

    @model_validator(mode="after")
    def _check_lengths(self) -> Self:
        if len(self.mean) != len(self.var):
            raise ValueError("mean and var have one length")
        return self


class ObservationStatistics(BaseModel):
    """Statistics of `parts`, by the names that `leaves` returns; parts without statistics are not normalised."""

    model_config = ConfigDict(frozen=True)

    parts: dict[str, PartStatistics]
    epsilon: float = Field(1e-8, gt=0, allow_inf_nan=False)
    clip: float = Field(10.0, gt=0, allow_inf_nan=False)

    def misfit(self, space: Space) -> str | None:
        """Returns the first part that the space lacks or has with another number of elements; None where all fit."""
        known = leaves(space)
        for name, part in self.parts.items():
            leaf = known.get(name)
            if not isinstance(leaf, BoxSpace) or int(np.prod(leaf.shape)) != len(part.mean):
                return name
        return None

    def applied(self, observation: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """Returns the observation, or a batch of them, normalised; parts with statistics become float32."""
        return observation | {name: self._normal(observation[name], part) for name, part in self.parts.items()}

    def _normal(self, values: NDArray[Any], part: PartStatistics) -> NDArray[np.float32]:
        mean, deviation = np.array(part.mean), np.sqrt(np.array(part.var) + self.epsilon)
        normal = (values.reshape(-1, len(mean)) - mean) / deviation
        clipped: NDArray[np.float32] = np.clip(normal, -self.clip, self.clip).astype(np.float32)
        return clipped.reshape(values.shape)

    def space_after(self, space: Space) -> Space:
        """Returns the space of the values that `applied` returns."""
        return (
            self._after(space, "") if isinstance(space, DictSpace | TupleSpace) else self._leaf(space, *leaves(space))
        )

    def _after(self, space: Space, path: str) -> Space:
        if isinstance(space, DictSpace):
            return DictSpace(spaces={name: self._after(one, _below(path, name)) for name, one in space.spaces.items()})
        if isinstance(space, TupleSpace):
            return TupleSpace(
                spaces=tuple(self._after(one, _below(path, str(i))) for i, one in enumerate(space.spaces))
            )
        return self._leaf(space, path)

    def _leaf(self, space: Space, name: str) -> Space:
        if not isinstance(space, BoxSpace) or name not in self.parts:
            return space
        return BoxSpace(shape=space.shape, dtype="float32", low=-self.clip, high=self.clip)


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
