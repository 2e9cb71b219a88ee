"""Gymnasium's spaces as values: the observations and actions of an environment."""

from collections.abc import Iterator
from math import prod
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

MAX_BOUNDS: Final = 1024
"""Limit for bounds per element; a larger box has one bound for all elements, or none."""

WHOLE: Final = "observation"
"""The name of an observation whose space has no parts."""

Size = Annotated[int, Field(ge=0)]
Shape = tuple[Size, ...]
Dtype = Annotated[str, Field(pattern=r"^(bool|u?int(8|16|32|64)|float(16|32|64))$")]
Bounds = tuple[float | None, ...] | float | None


class _Space(BaseModel):
    """Common to all spaces; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class BoxSpace(_Space):
    """Numbers within bounds; None is unbounded, and a single bound applies to all elements."""

    kind: Literal["box"] = "box"
    shape: Shape
    dtype: Dtype
    low: Bounds = None
    high: Bounds = None

    @model_validator(mode="after")
    def _as_many_bounds_as_elements(self) -> Self:
        for bounds in (self.low, self.high):
            if isinstance(bounds, tuple) and len(bounds) != prod(self.shape):
                raise ValueError("a box has as many bounds as elements")
        return self


class DiscreteSpace(_Space):
    """The `n` integers from `start` on."""

    kind: Literal["discrete"] = "discrete"
    n: int = Field(ge=1)
    start: int = 0
    shape: tuple[()] = ()
    dtype: Literal["int64"] = "int64"


class MultiDiscreteSpace(_Space):
    """Several integers, each from 0 up to but without its entry of `nvec`."""

    kind: Literal["multi_discrete"] = "multi_discrete"
    nvec: tuple[Annotated[int, Field(ge=1)], ...]
    shape: Shape = ()
    dtype: Literal["int64"] = "int64"

    @model_validator(mode="before")
    @classmethod
    def _check_shape(cls, value: Any) -> Any:
        if isinstance(value, dict) and "shape" not in value and "nvec" in value:
            return value | {"shape": (len(value["nvec"]),)}
        return value


class MultiBinarySpace(_Space):
    """Zeros and ones."""

    kind: Literal["multi_binary"] = "multi_binary"
    shape: Shape
    dtype: Literal["int8"] = "int8"


class DictSpace(_Space):
    """Named spaces."""

    kind: Literal["dict"] = "dict"
    spaces: "dict[str, Space]"


class TupleSpace(_Space):
    """Ordered spaces, named by their position."""

    kind: Literal["tuple"] = "tuple"
    spaces: "tuple[Space, ...]"


PlainSpace = BoxSpace | DiscreteSpace | MultiDiscreteSpace | MultiBinarySpace
Space = Annotated[PlainSpace | DictSpace | TupleSpace, Field(discriminator="kind")]

DictSpace.model_rebuild()
TupleSpace.model_rebuild()


def leaves(space: "Space", whole: str = WHOLE) -> dict[str, PlainSpace]:
    """Returns the array parts by their dotted paths; a space without parts is returned under the name `whole`."""
    return dict(_leaves(space, "")) if isinstance(space, DictSpace | TupleSpace) else {whole: space}


def _leaves(space: "Space", path: str) -> Iterator[tuple[str, PlainSpace]]:
    if not isinstance(space, DictSpace | TupleSpace):
        yield path, space
        return
    parts = space.spaces.items() if isinstance(space, DictSpace) else enumerate(space.spaces)
    for name, part in parts:
        yield from _leaves(part, f"{path}.{name}" if path else str(name))
