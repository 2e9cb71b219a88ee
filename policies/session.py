"""onnxruntime as a confined process uses it: one thread, no files, and its failures as messages."""

import re
import resource
import sys
from typing import Any, Final, NamedTuple

from domain.errors.policies import LoadFailed, NeedsMemory, RunFailed
from domain.messages import Message, Text
from policies.confinement import lower

NOT_INSTALLED: Final = 3
"""The exit status that says that onnxruntime is missing or does not fit this machine."""

_LONGEST_CAUSE: Final = 250
_DTYPES: Final = {"float": "float32", "double": "float64"}


class Runtime(NamedTuple):
    """onnxruntime, and the exceptions by which it and the memory's limit refuse a policy."""

    module: Any
    refusals: tuple[type[Exception], ...]


def runtime() -> Runtime:
    """Loads onnxruntime, after which this process can open no file any more; ends it where there is none."""
    try:
        import onnxruntime
        from onnxruntime.capi import onnxruntime_pybind11_state as native
    except ImportError:
        sys.exit(NOT_INSTALLED)
    named = (one for one in vars(native).values() if isinstance(one, type) and issubclass(one, Exception))
    lower(resource.RLIMIT_NOFILE, 0)
    return Runtime(onnxruntime, (*named, RuntimeError, ValueError, TypeError))


def session_of(model: bytes, module: Any) -> Any:
    """The policy, loaded."""
    options = module.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    options.enable_cpu_mem_arena = False  # it takes memory in doubling steps, up to twice what is needed
    # Else bytes that look like onnxruntime's own format are read as that, and trouble_in knows nothing of it.
    options.add_session_config_entry("session.load_model_format", "ONNX")
    return module.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def described(tensor: Any) -> dict[str, Any]:
    """An input or output as domain.inference.policies.TensorShape has it."""
    dtype = tensor.type.removeprefix("tensor(").removesuffix(")") if tensor.type.startswith("tensor(") else tensor.type
    return {"name": tensor.name, "dtype": _DTYPES.get(dtype, dtype), "shape": tensor.shape}


def refusal(error: Exception, failed: type[LoadFailed] | type[RunFailed], memory_bytes: int) -> Message:
    """Says what failed while the policy was loaded or run."""
    cause = str(error)
    exhausted = "bad_alloc" in cause or "bad allocation" in cause or "Failed to allocate" in cause
    return needs_too_much(memory_bytes) if exhausted else failed(Text(_short(cause)))


def needs_too_much(memory_bytes: int) -> Message:
    """Says that the memory of this process does not suffice."""
    return NeedsMemory(f"{memory_bytes / 2**30:.1f}")


def _short(cause: str) -> str:
    """onnxruntime's own words without its prefix (such as "[ONNXRuntimeError] : 1 : FAIL : ") and its source paths."""
    cause = re.sub(r"\[ONNXRuntimeError\] : \d+ : \w+ : ", "", cause)
    text = " ".join(word for word in cause.split() if not word.startswith("/onnxruntime")).rstrip(". ")
    text = "".join(letter if letter.isprintable() else "?" for letter in text)  # it quotes names out of the file
    return text if len(text) <= _LONGEST_CAUSE else text[:_LONGEST_CAUSE] + " …"
