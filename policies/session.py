"""onnxruntime as a confined process uses it: one thread, no files, and its failures in one sentence each."""

import re
import resource
import sys
from typing import Any, Final, NamedTuple

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


def refusal(error: Exception, doing: str, memory_bytes: int) -> str:
    """The sentence for a failure while the policy was being "loaded" or "run"."""
    cause = str(error)
    exhausted = "bad_alloc" in cause or "bad allocation" in cause or "Failed to allocate" in cause
    return needs_too_much(memory_bytes) if exhausted else f"The policy cannot be {doing}: {_short(cause)}."


def needs_too_much(memory_bytes: int) -> str:
    """The sentence for a policy that its memory does not suffice."""
    return f"The policy needs more memory than the {memory_bytes / 2**30:.1f} GiB it is given."


def _short(cause: str) -> str:
    """onnxruntime's own words without its prefix (such as "[ONNXRuntimeError] : 1 : FAIL : ") and its source paths."""
    cause = re.sub(r"\[ONNXRuntimeError\] : \d+ : \w+ : ", "", cause)
    text = " ".join(word for word in cause.split() if not word.startswith("/onnxruntime")).rstrip(". ")
    text = "".join(letter if letter.isprintable() else "?" for letter in text)  # it quotes names out of the file
    return text if len(text) <= _LONGEST_CAUSE else text[:_LONGEST_CAUSE] + " …"
