"""Which layouts of an observation's part fit an input's shape, and which axis is the batch."""

from collections.abc import Iterator
from math import prod
from typing import Final, NamedTuple

from domain.environments.spaces import PlainSpace
from domain.inference.policies import TensorShape
from domain.inference.signature_reading.space_shapes import one_hot_width, shape_of
from domain.inference.signatures import Layout

FEEDABLE: Final = frozenset(
    {"float16", "float32", "float64", "bool", *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64))}
)
_MAX_LEADING: Final = 2  # a batch, and a sequence of length one
_MAX_CHANNELS: Final = 32  # such as eight stacked RGB frames, and a few more


class Fit(NamedTuple):
    """A layout that fits; `batch_axis` is None for a shape without one."""

    layout: Layout
    batch_axis: int | None


def dimensions(tensor: TensorShape) -> tuple[int | None, ...]:
    """Returns a tensor's shape, None for open dimensions."""
    return tuple(size if isinstance(size, int) and size > 0 else None for size in tensor.shape)


def fits(tensor: TensorShape, space: PlainSpace) -> list[Fit]:
    """Returns the layouts in which the input accepts this part, the plainest first; each layout once."""
    found: dict[Layout, Fit] = {}
    sizes = dimensions(tensor)
    for layout, shape in _forms(space):
        fit = _fit(layout, shape, sizes)
        if fit is not None:
            found.setdefault(layout, fit)
    if Layout.AS_GIVEN in found:
        found.pop(Layout.FLAT, None)  # the same numbers in the same order
    return list(found.values())


def fit_of_row(tensor: TensorShape, width: int) -> Fit | None:
    """Returns how the input accepts a vector of `width` numbers; None if it does not."""
    return _fit(Layout.FLAT, (width,), dimensions(tensor))


def shape_in(layout: Layout, space: PlainSpace) -> tuple[int, ...]:
    """Returns the shape of one observation in that layout."""
    return next(shape for own, shape in _forms(space) if own is layout)


def _forms(space: PlainSpace) -> Iterator[tuple[Layout, tuple[int, ...]]]:
    shape = shape_of(space)
    yield Layout.AS_GIVEN, shape
    if len(shape) == 3:
        height, width, channels = shape
        if channels <= _MAX_CHANNELS:
            yield Layout.CHANNELS_FIRST, (channels, height, width)
        channels, height, width = shape
        if channels <= _MAX_CHANNELS:
            yield Layout.CHANNELS_LAST, (height, width, channels)
    if not shape:
        yield Layout.AS_GIVEN, (1,)
    if (width_of_choice := one_hot_width(space)) is not None:
        yield Layout.ONE_HOT, (width_of_choice,)
    if len(shape) > 1:
        yield Layout.FLAT, (prod(shape),)


def _fit(layout: Layout, shape: tuple[int, ...], sizes: tuple[int | None, ...]) -> Fit | None:
    leading = len(sizes) - len(shape)
    if not 0 <= leading <= _MAX_LEADING:
        return None
    if any(size not in (None, wanted) for size, wanted in zip(sizes[leading:], shape, strict=True)):
        return None
    if any(size not in (None, 1) for size in sizes[1:leading]):
        return None
    return Fit(layout, 0 if leading else None)
