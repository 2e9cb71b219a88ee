"""Loads a policy and asks it twice, in a process of its own: `python -m policies.policy_child PLAN < policy.onnx`.

PLAN is JSON: `input` and `width` of the observation, `batches` to try, `memory_bytes`, `cpu_seconds`, `answer_bytes`.
The answer is JSON on stdout: `inputs` and `outputs` (name, dtype, shape) once the file is loaded, `probes` (batch,
shape, finite) once it ran, and `trouble`, a sentence or null. policies/policy_check.py starts it and judges the answer.
"""

import json
import os
import re
import resource
import sys
from typing import Any

from policies.onnx_reading import trouble_in

NOT_INSTALLED = 3
"""The exit status that says that onnxruntime is missing or does not fit this machine."""

_LONGEST_CAUSE = 250
_DTYPES = {"float": "float32", "double": "float64"}


def main() -> None:
    """Answers for the policy on stdin."""
    plan = json.loads(sys.argv[1])
    _limit(plan)
    # The answer has its file to itself: onnxruntime's Python half prints when it is in trouble.
    answer_file = os.dup(1)
    os.dup2(2, 1)
    answer: dict[str, Any] = {"trouble": None}
    try:
        _examine(sys.stdin.buffer.read(), plan, answer)
    except MemoryError:
        answer["trouble"] = _needs_too_much(plan)
    said = json.dumps(answer)
    if len(said) > plan["answer_bytes"]:
        said = json.dumps({"trouble": "The policy names so many inputs and outputs that it cannot be one."})
    os.write(answer_file, said.encode())


def _examine(model: bytes, plan: dict[str, Any], answer: dict[str, Any]) -> None:
    """Fills `answer` as far as it gets."""
    answer["trouble"] = trouble_in(model)
    if answer["trouble"]:
        return
    # Not before: what is refused above needs no second of loading, and what follows can open no file at all.
    try:
        import onnxruntime
        from onnxruntime.capi import onnxruntime_pybind11_state as native
    except ImportError:
        sys.exit(NOT_INSTALLED)

    named = (one for one in vars(native).values() if isinstance(one, type) and issubclass(one, Exception))
    refusals: tuple[type[Exception], ...] = (*named, RuntimeError, ValueError, TypeError)
    _lower(resource.RLIMIT_NOFILE, 0)
    doing = "loaded"
    try:
        session = onnxruntime.InferenceSession(model, _options(onnxruntime), providers=["CPUExecutionProvider"])
        answer["inputs"] = [_described(tensor) for tensor in session.get_inputs()]
        answer["outputs"] = [_described(tensor) for tensor in session.get_outputs()]
        doing = "run"
        if _is_askable(answer, plan):
            answer["probes"] = [_ask(session, batch, plan) for batch in plan["batches"]]
    except refusals as error:
        cause = str(error)
        exhausted = "bad_alloc" in cause or "bad allocation" in cause or "Failed to allocate" in cause
        answer["trouble"] = _needs_too_much(plan) if exhausted else f"The policy cannot be {doing}: {_short(cause)}."


def _options(onnxruntime: Any) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    options.enable_cpu_mem_arena = False  # it takes memory in doubling steps, up to twice what is needed
    # Else bytes that look like onnxruntime's own format are read as that, and trouble_in knows nothing of it.
    options.add_session_config_entry("session.load_model_format", "ONNX")
    return options


def _described(tensor: Any) -> dict[str, Any]:
    dtype = tensor.type.removeprefix("tensor(").removesuffix(")") if tensor.type.startswith("tensor(") else tensor.type
    return {"name": tensor.name, "dtype": _DTYPES.get(dtype, dtype), "shape": tensor.shape}


def _is_askable(answer: dict[str, Any], plan: dict[str, Any]) -> bool:
    """Whether there is a point in asking; what else is wrong with the tensors the parent says better."""
    kinds = [[tensor["dtype"] for tensor in answer[side]] for side in ("inputs", "outputs")]
    return kinds == [["float32"], ["float32"]] and answer["inputs"][0]["name"] == plan["input"]


def _ask(session: Any, batch: int, plan: dict[str, Any]) -> dict[str, Any]:
    import numpy as np

    (scores,) = session.run(None, {plan["input"]: np.zeros((batch, plan["width"]), np.float32)})
    return {"batch": batch, "shape": list(scores.shape), "finite": bool(np.isfinite(scores).all())}


def _limit(plan: dict[str, Any]) -> None:
    if sys.platform == "linux":  # macOS knows the limit on memory, but refuses to set it
        _lower(resource.RLIMIT_AS, plan["memory_bytes"])
    # Should the parent be killed, nobody else would end a policy that runs for ever.
    _lower(resource.RLIMIT_CPU, plan["cpu_seconds"])
    _lower(resource.RLIMIT_FSIZE, plan["answer_bytes"])
    _lower(resource.RLIMIT_CORE, 0)


def _lower(limit: int, most: int) -> None:
    hard = resource.getrlimit(limit)[1]
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(limit, (most, most))


def _needs_too_much(plan: dict[str, Any]) -> str:
    return f"The policy needs more memory than the {plan['memory_bytes'] / 2**30:.1f} GiB it is given."


def _short(cause: str) -> str:
    """onnxruntime's own words without its prefix (such as "[ONNXRuntimeError] : 1 : FAIL : ") and its source paths."""
    cause = re.sub(r"\[ONNXRuntimeError\] : \d+ : \w+ : ", "", cause)
    text = " ".join(word for word in cause.split() if not word.startswith("/onnxruntime")).rstrip(". ")
    text = "".join(letter if letter.isprintable() else "?" for letter in text)  # it quotes names out of the file
    return text if len(text) <= _LONGEST_CAUSE else text[:_LONGEST_CAUSE] + " …"


if __name__ == "__main__":
    main()
