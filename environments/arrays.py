"""Observations and actions as bytes.

One part after the other in the order of their space, each for all copies together.
"""

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from domain.environments.spaces import Space, leaves


class Arrays:
    """The binary format of values of one space."""

    def __init__(self, space: Space) -> None:
        self.parts = {name: (leaf.shape, np.dtype(leaf.dtype)) for name, leaf in leaves(space).items()}
        self.item_bytes = sum(prod(shape) * dtype.itemsize for shape, dtype in self.parts.values())

    def packed(self, items: Sequence[dict[str, NDArray[Any]]]) -> bytes:
        """Returns the bytes of values whose parts have the shapes and types of the space."""
        return b"".join(item[name].tobytes() for name in self.parts for item in items)

    def unpacked(self, content: bytes, count: int) -> dict[str, NDArray[Any]]:
        """Returns the parts, each [count, …]; raises ValueError if the length does not match."""
        if len(content) != count * self.item_bytes:
            raise ValueError(f"{len(content)} bytes are not {count} values of {self.item_bytes}")
        found, at = {}, 0
        for name, (shape, dtype) in self.parts.items():
            number = count * prod(shape)
            array = np.frombuffer(content, dtype, number, at) if number else np.zeros(0, dtype)
            found[name] = array.reshape(count, *shape)
            at += number * dtype.itemsize
        return found
