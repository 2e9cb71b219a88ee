"""onnxruntime in a confined process: one thread, no files, and its failures as messages."""

import re
import resource
import sys
from typing import Any, Final, NamedTuple

from domain.errors.policies import LoadFailed, NeedsMemory, RunFailed
from domain.messages import Message, Text
from policies.confinement import lower

NOT_INSTALLED: Final = 3
"""The exit status if onnxruntime is missing or does not fit this machine."""

_LONGEST_CAUSE: Final = 500
_MAX_READ: Final = 8000  # it may quote names of any length
_TAIL: Final = 200
# A line of its source code, and the signature of the function there, up to its last bracket.
_SIGNATURE: Final = r"\s+[\w:<>,&*~ ]+?\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)(?: const)?"
_SOURCE: Final = re.compile(rf"/onnxruntime\S*:\d+(?:{_SIGNATURE})?")
_DTYPES: Final = {"float": "float32", "double": "float64"}


class Runtime(NamedTuple):
    """onnxruntime, and the exceptions that it or the memory limit raise over a policy."""

    module: Any
    refusals: tuple[type[Exception], ...]


def runtime() -> Runtime:
    """Loads onnxruntime, after which this process can open no more files; ends the process if it is missing."""
    try:
        import onnxruntime
        from onnxruntime.capi import onnxruntime_pybind11_state as native
    except ImportError:
        sys.exit(NOT_INSTALLED)
    named = (one for one in vars(native).values() if isinstance(one, type) and issubclass(one, Exception))
    lower(resource.RLIMIT_NOFILE, 0)
    return Runtime(onnxruntime, (*named, RuntimeError, ValueError, TypeError))


def session_of(model: bytes, module: Any) -> Any:
    """Returns a session with the loaded policy."""
    options = module.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    options.enable_cpu_mem_arena = False  # it allocates in doubling steps, up to twice what is needed
    # Otherwise bytes in onnxruntime's own format would be accepted, which trouble_in does not check.
    options.add_session_config_entry("session.load_model_format", "ONNX")
    return module.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def described(tensor: Any) -> dict[str, Any]:
    """Returns an input or output in the format of domain.inference.policies.TensorShape."""
    dtype = tensor.type.removeprefix("tensor(").removesuffix(")") if tensor.type.startswith("tensor(") else tensor.type
    return {"name": tensor.name, "dtype": _DTYPES.get(dtype, dtype), "shape": tensor.shape}


def refusal(error: Exception, failed: type[LoadFailed] | type[RunFailed], memory_bytes: int) -> Message:
    """Returns the message on what failed while the policy was loaded or run."""
    cause = str(error)
    exhausted = "bad_alloc" in cause or "bad allocation" in cause or "Failed to allocate" in cause
    return needs_too_much(memory_bytes) if exhausted else failed(Text(cause_of(cause)))


def needs_too_much(memory_bytes: int) -> Message:
    """Returns the message that the memory of this process does not suffice."""
    return NeedsMemory(f"{memory_bytes / 2**30:.1f}")


def cause_of(message: str) -> str:
    """Returns onnxruntime's own message on one line, without prefix and source location.

    A long one is cut in the middle.
    """
    message = re.sub(r"\[ONNXRuntimeError\] : \d+ : \w+ : ", "", _cut(message, _MAX_READ))
    text = " ".join(_SOURCE.sub(" ", message).split()).rstrip(". ")
    text = "".join(letter if letter.isprintable() else "?" for letter in text)  # it quotes names from the file
    return _cut(text, _LONGEST_CAUSE)


def _cut(text: str, most: int) -> str:
    """Cuts a text in its middle: its beginning states the error, and its end what would be right."""
    return text if len(text) <= most else f"{text[: most - _TAIL - 3]} … {text[-_TAIL:]}"
