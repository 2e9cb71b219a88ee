"""Loads a policy and asks it twice, in a process of its own: `python -m policies.policy_child PLAN < policy.onnx`.

PLAN is JSON: `input` and `width` of the observation, `batches` to try, `memory_bytes`, `cpu_seconds`, `answer_bytes`.
The answer is JSON on stdout: `inputs` and `outputs` (name, dtype, shape) once the file is loaded, `probes` (batch,
shape, finite) once it ran, and `trouble`, its code and parameters, or null. policies/policy_check.py starts it and
judges the answer.
"""

import json
import os
import resource
import sys
from typing import Any

from domain.errors.policies import LoadFailed, RunFailed
from domain.errors.policy_files import TooManyTensors
from policies.confinement import confine, lower
from policies.onnx_reading import trouble_in
from policies.session import described, needs_too_much, refusal, runtime, session_of


def main() -> None:
    """Answers for the policy on stdin."""
    plan = json.loads(sys.argv[1])
    confine(plan["memory_bytes"], plan["answer_bytes"])
    # Should the parent be killed, nobody else would end a policy that runs for ever.
    lower(resource.RLIMIT_CPU, plan["cpu_seconds"])
    # The answer has its file to itself: onnxruntime's Python half prints when it is in trouble.
    answer_file = os.dup(1)
    os.dup2(2, 1)
    answer: dict[str, Any] = {"trouble": None}
    try:
        _examine(sys.stdin.buffer.read(), plan, answer)
    except MemoryError:
        answer["trouble"] = needs_too_much(plan["memory_bytes"]).json_value
    said = json.dumps(answer)
    if len(said) > plan["answer_bytes"]:
        said = json.dumps({"trouble": TooManyTensors().json_value})
    os.write(answer_file, said.encode())


def _examine(model: bytes, plan: dict[str, Any], answer: dict[str, Any]) -> None:
    """Fills `answer` as far as it gets."""
    if trouble := trouble_in(model):
        answer["trouble"] = trouble.json_value
        return
    # Not before: what is refused above needs no second of loading, and what follows can open no file at all.
    onnxruntime, refusals = runtime()
    failed: type[LoadFailed] | type[RunFailed] = LoadFailed
    try:
        session = session_of(model, onnxruntime)
        answer["inputs"] = [described(tensor) for tensor in session.get_inputs()]
        answer["outputs"] = [described(tensor) for tensor in session.get_outputs()]
        failed = RunFailed
        if _is_askable(answer, plan):
            answer["probes"] = [_ask(session, batch, plan) for batch in plan["batches"]]
    except refusals as error:
        answer["trouble"] = refusal(error, failed, plan["memory_bytes"]).json_value


def _is_askable(answer: dict[str, Any], plan: dict[str, Any]) -> bool:
    """Whether there is a point in asking; what else is wrong with the tensors the parent says better."""
    kinds = [[tensor["dtype"] for tensor in answer[side]] for side in ("inputs", "outputs")]
    return kinds == [["float32"], ["float32"]] and answer["inputs"][0]["name"] == plan["input"]


def _ask(session: Any, batch: int, plan: dict[str, Any]) -> dict[str, Any]:
    import numpy as np

    (scores,) = session.run(None, {plan["input"]: np.zeros((batch, plan["width"]), np.float32)})
    return {"batch": batch, "shape": list(scores.shape), "finite": bool(np.isfinite(scores).all())}


if __name__ == "__main__":
    main()
