"""Loads a policy and runs it, in a process of its own: `python -m policies.policy_child PLAN < observations + file`.

PLAN is JSON: `input`, `width` and `rows` of the observations, which come first on stdin as float32 [rows, width],
followed by the file; the number of `actions`, the `batches` to run (begin, length), `memory_bytes`, `cpu_seconds`,
`answer_bytes`. The answer is JSON on stdout: `inputs` and `outputs` (name, dtype, shape) once the file is loaded,
`answers` (shape, and scores in base64) once it ran, and `trouble`, its code and parameters, or null.
policies/policy_check.py starts it, policies/probing.py judges the answers.
"""

import base64
import json
import os
import sys
from typing import Any

from domain.errors.policies import LoadFailed, RunFailed
from domain.errors.policy_files import TooManyTensors
from policies.confinement import allow_cpu, confine
from policies.onnx_reading import trouble_in
from policies.session import described, needs_too_much, refusal, runtime, session_of


def main() -> None:
    """Runs the policy on stdin."""
    plan = json.loads(sys.argv[1])
    confine(plan["memory_bytes"], plan["answer_bytes"])
    # If the parent is killed, only this limit ends a policy that runs for ever.
    allow_cpu(plan["cpu_seconds"])
    # The answer has a file of its own: onnxruntime's Python part prints errors to stdout.
    answer_file = os.dup(1)
    os.dup2(2, 1)
    answer: dict[str, Any] = {"trouble": None}
    try:
        observations = sys.stdin.buffer.read(4 * plan["rows"] * plan["width"])
        _examine(sys.stdin.buffer.read(), observations, plan, answer)
    except MemoryError:
        answer["trouble"] = needs_too_much(plan["memory_bytes"]).json_value
    text = json.dumps(answer)
    if len(text) > plan["answer_bytes"]:
        text = json.dumps({"trouble": TooManyTensors().json_value})
    os.write(answer_file, text.encode())


def _examine(model: bytes, observations: bytes, plan: dict[str, Any], answer: dict[str, Any]) -> None:
    """Fills `answer` as far as the policy allows."""
    if trouble := trouble_in(model):
        answer["trouble"] = trouble.json_value
        return
    # Only now: a file refused above does not cost a second of loading, and after this no file can be opened.
    onnxruntime, refusals = runtime()
    failed: type[LoadFailed] | type[RunFailed] = LoadFailed
    try:
        session = session_of(model, onnxruntime)
        answer["inputs"] = [described(tensor) for tensor in session.get_inputs()]
        answer["outputs"] = [described(tensor) for tensor in session.get_outputs()]
        failed = RunFailed
        if _can_run(answer, plan):
            answer["answers"] = _answers(session, observations, plan)
    except refusals as error:
        answer["trouble"] = refusal(error, failed, plan["memory_bytes"]).json_value


def _can_run(answer: dict[str, Any], plan: dict[str, Any]) -> bool:
    """Returns whether the policy can be run at all; the parent reports other problems of the tensors."""
    kinds = [[tensor["dtype"] for tensor in answer[side]] for side in ("inputs", "outputs")]
    return kinds == [["float32"], ["float32"]] and answer["inputs"][0]["name"] == plan["input"]


def _answers(session: Any, observations: bytes, plan: dict[str, Any]) -> list[dict[str, Any]]:
    import numpy as np

    rows = np.frombuffer(observations, np.float32).reshape(plan["rows"], plan["width"])
    batches = (rows[begin : begin + count] for begin, count in plan["batches"])
    return [_infer(session, batch, plan) for batch in batches]


def _infer(session: Any, batch: Any, plan: dict[str, Any]) -> dict[str, Any]:
    (scores,) = session.run(None, {plan["input"]: batch})
    answer: dict[str, Any] = {"shape": list(scores.shape)}
    if answer["shape"] == [len(batch), plan["actions"]]:
        answer["scores"] = base64.b64encode(scores.tobytes()).decode()
    return answer


if __name__ == "__main__":
    main()
