"""Named arrays as bytes, between a policy's process and its caller; numbers only, never pickled."""

import json
import struct
from collections.abc import Mapping
from math import prod
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Tensors = Mapping[str, NDArray[Any]]

DTYPES: Final = frozenset(
    {"float16", "float32", "float64", "bool", *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64))}
)
_HEAD: Final = struct.Struct("=I")


class TensorsDamaged(ValueError):
    """The bytes are no arrays."""


def packed(tensors: Tensors, **more: object) -> bytes:
    """Returns the arrays and additional JSON as bytes."""
    listed = [[name, array.dtype.name, list(array.shape)] for name, array in tensors.items()]
    head = json.dumps({"tensors": listed, **more}).encode()
    return b"".join([_HEAD.pack(len(head)), head, *(np.ascontiguousarray(one).tobytes() for one in tensors.values())])


def unpacked(content: bytes) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Returns the arguments of `packed`; raises TensorsDamaged."""
    try:
        (size,) = _HEAD.unpack_from(content)
        head = json.loads(content[_HEAD.size : _HEAD.size + size])
        at, tensors = _HEAD.size + size, {}
        for name, dtype, shape in head.pop("tensors"):
            if dtype not in DTYPES or not all(type(one) is int and one >= 0 for one in shape):
                raise TensorsDamaged
            tensors[str(name)] = np.frombuffer(content, dtype, prod(shape), at).reshape(shape)
            at += tensors[str(name)].nbytes
    except (struct.error, ValueError, TypeError, KeyError, AttributeError) as error:
        raise TensorsDamaged from error
    return tensors, head
