"""The value of a tensor with one number, as in TensorBoard's scalars of version 2, and the texts of a tensor."""

from typing import Any, Final

import numpy as np

_HALF: Final = 19
_BFLOAT16: Final = 14
_TEXT: Final = 7
# TensorFlow's type numbers: the NumPy type of the content, and the list that may hold the value instead.
_TYPES: Final[dict[int, tuple[str, str]]] = {
    1: ("<f4", "float_val"),
    2: ("<f8", "double_val"),
    3: ("<i4", "int_val"),
    4: ("u1", "int_val"),
    5: ("<i2", "int_val"),
    6: ("i1", "int_val"),
    9: ("<i8", "int64_val"),
    10: ("?", "bool_val"),
    17: ("<u2", "int_val"),
    _BFLOAT16: ("<u2", "half_val"),
    _HALF: ("<u2", "half_val"),
    22: ("<u4", "uint32_val"),
    23: ("<u8", "uint64_val"),
}


def number_of(tensor: Any) -> float | None:
    """Returns the value of a tensor with one number; None for any other tensor."""
    if tensor.dtype not in _TYPES or any(dim.size != 1 for dim in tensor.tensor_shape.dim):
        return None
    kind, listed = _TYPES[tensor.dtype]
    if tensor.tensor_content:
        if len(tensor.tensor_content) != np.dtype(kind).itemsize:
            return None
        value = np.frombuffer(tensor.tensor_content, kind)[0]
    else:
        values = getattr(tensor, listed)
        if len(values) > 1:
            return None
        value = np.dtype(kind).type(values[0] if values else 0)  # proto3 omits zeros
    return _as_float(value, tensor.dtype)


def texts_of(tensor: Any) -> list[str] | None:
    """Returns the strings of a tensor of strings; None for any other tensor."""
    if tensor.dtype != _TEXT:
        return None
    return [text.decode("utf-8", "replace") for text in tensor.string_val]


def _as_float(value: Any, dtype: int) -> float:
    if dtype == _HALF:
        return float(np.uint16(value).view(np.float16))
    if dtype == _BFLOAT16:
        return float((np.uint32(value) << np.uint32(16)).view(np.float32))
    return float(value)
