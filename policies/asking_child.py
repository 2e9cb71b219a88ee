"""Runs one policy for as long as it is asked, in a process of its own: `python -m policies.asking_child PLAN`.

PLAN is JSON: `model_file` (an open descriptor), `input` and `width` of the observation, `memory_bytes`, `answer_bytes`,
`load_seconds` and `run_seconds` of CPU, `niceness`. A question on stdin is a count n (uint32) and n × width float32. An
answer on stdout is a byte (0 good, 1 trouble), a length (uint32) and as many bytes: for the file itself, which is
answered first, JSON with `inputs` and `outputs`; for a question the scores as float32; for trouble its code and
parameters as JSON. After trouble, and at the end of stdin, it ends. policies/child_process.py starts it, and
policies/policy_process.py judges what it says.
"""

import json
import os
import struct
import sys
from typing import Any, Final

from domain.errors.policies import LoadFailed, RunFailed, WrongShapeOfScores
from domain.messages import Message
from policies.confinement import allow_cpu, confine
from policies.onnx_reading import trouble_in
from policies.session import described, needs_too_much, refusal, runtime, session_of

_GOOD: Final = 0
_TROUBLE: Final = 1


class _Trouble(Exception):
    """What is wrong with the policy."""

    def __init__(self, reason: Message) -> None:
        super().__init__(str(reason))
        self.reason = reason


def main() -> None:
    """Answers until nobody asks any more."""
    plan = json.loads(sys.argv[1])
    os.nice(plan["niceness"])
    confine(plan["memory_bytes"], plan["answer_bytes"])
    allow_cpu(plan["load_seconds"])
    # The answers have their pipe to themselves: onnxruntime's Python half prints when it is in trouble.
    answers = os.dup(1)
    os.dup2(2, 1)
    try:
        _serve(plan, answers)
    except MemoryError:
        _say(answers, _TROUBLE, _as_bytes(needs_too_much(plan["memory_bytes"])))
    except _Trouble as trouble:
        _say(answers, _TROUBLE, _as_bytes(trouble.reason))


def _serve(plan: dict[str, Any], answers: int) -> None:
    """Loads the policy and answers for it; raises _Trouble."""
    with os.fdopen(plan["model_file"], "rb") as file:
        model = file.read()
    if trouble := trouble_in(model):
        raise _Trouble(trouble)
    module, refusals = runtime()
    failed: type[LoadFailed] | type[RunFailed] = LoadFailed
    try:
        session = session_of(model, module)
        tensors = {
            "inputs": [described(tensor) for tensor in session.get_inputs()],
            "outputs": [described(tensor) for tensor in session.get_outputs()],
        }
        _say(answers, _GOOD, json.dumps(tensors).encode())
        failed = RunFailed
        while (observations := _question(plan["width"])) is not None:
            allow_cpu(plan["run_seconds"])
            _say(answers, _GOOD, _scores(session, plan["input"], observations))
    except refusals as error:
        raise _Trouble(refusal(error, failed, plan["memory_bytes"])) from error


def _scores(session: Any, name: str, observations: Any) -> bytes:
    import numpy as np

    (scores,) = session.run(None, {name: observations})
    if scores.dtype != np.float32 or scores.ndim != 2 or len(scores) != len(observations):
        raise _Trouble(WrongShapeOfScores(str(list(scores.shape)), len(observations)))
    return bytes(scores.tobytes())


def _as_bytes(reason: Message) -> bytes:
    return json.dumps(reason.json_value).encode()


def _question(width: int) -> Any:
    """The observations that were asked for: float32 [n, width]; None when nobody asks any more."""
    import numpy as np

    head = _read(4)
    if len(head) < 4:
        return None
    (count,) = struct.unpack("=I", head)
    return np.frombuffer(_read(count * width * 4), np.float32).reshape(count, width)


def _read(size: int) -> bytes:
    content = b""
    while len(content) < size and (more := os.read(0, size - len(content))):
        content += more
    return content


def _say(answers: int, kind: int, content: bytes) -> None:
    whole = struct.pack("=BI", kind, len(content)) + content
    while whole:
        whole = whole[os.write(answers, whole) :]


if __name__ == "__main__":
    main()
