"""The child's side of the protocol with the caller of a policy: limits, loading, requests, answers, errors.

The one argument of the process is JSON: `model_file` (an open descriptor), `memory_bytes`, `answer_bytes`,
`load_seconds` and `run_seconds` of CPU, `niceness`, and what its kind of request needs. Requests come on stdin. An
answer on stdout is a byte (0 success, 1 trouble), a length (uint32) and as many bytes: the first one describes the
file, as JSON with `inputs` and `outputs` at least; for trouble it is code and parameters as JSON. After trouble, and
at the end of stdin, the process ends.
"""

import json
import os
import struct
import sys
from typing import Any, Final, Protocol

from domain.errors.policies import LoadFailed, RunFailed
from domain.messages import Message
from policies.confinement import allow_cpu, confine
from policies.onnx_reading import trouble_in
from policies.session import needs_too_much, refusal, runtime, session_of

GOOD: Final = 0
TROUBLE: Final = 1
Plan = dict[str, Any]


class Trouble(Exception):
    """What is wrong with the policy."""

    def __init__(self, reason: Message) -> None:
        super().__init__(str(reason))
        self.reason = reason


class Answers(Protocol):
    """What a child process answers; each method may raise Trouble, and onnxruntime's exceptions."""

    def described(self, session: Any, model: bytes, plan: Plan) -> bytes:
        """Returns the description of the file, as JSON."""

    def question(self, plan: Plan) -> Any:
        """Returns the next request on stdin; None at its end."""

    def answer(self, session: Any, question: Any, plan: Plan) -> bytes:
        """Returns the policy's answer."""


def answer_all(kind: Answers) -> None:
    """Confines this process, loads the policy, and answers until stdin ends."""
    plan = json.loads(sys.argv[1])
    os.nice(plan["niceness"])
    confine(plan["memory_bytes"], plan["answer_bytes"])
    allow_cpu(plan["load_seconds"])
    # The answers have a descriptor of their own: onnxruntime's Python part prints errors to stdout.
    answers = os.dup(1)
    os.dup2(2, 1)
    try:
        _serve(kind, plan, answers)
    except MemoryError:
        _send(answers, TROUBLE, _as_bytes(needs_too_much(plan["memory_bytes"])))
    except Trouble as trouble:
        _send(answers, TROUBLE, _as_bytes(trouble.reason))


def _serve(kind: Answers, plan: Plan, answers: int) -> None:
    """Loads the policy and answers for it; raises Trouble."""
    with os.fdopen(plan["model_file"], "rb") as file:
        model = file.read()
    if trouble := trouble_in(model):
        raise Trouble(trouble)
    module, refusals = runtime()
    failed: type[LoadFailed] | type[RunFailed] = LoadFailed
    try:
        session = session_of(model, module)
        _send(answers, GOOD, kind.described(session, model, plan))
        failed = RunFailed
        while (question := kind.question(plan)) is not None:
            allow_cpu(plan["run_seconds"])
            _send(answers, GOOD, kind.answer(session, question, plan))
    except refusals as error:
        raise Trouble(refusal(error, failed, plan["memory_bytes"])) from error


def read(size: int) -> bytes:
    """Returns so many bytes of the request; fewer at the end of stdin."""
    content = bytearray()
    while len(content) < size and (more := os.read(0, size - len(content))):
        content += more
    return bytes(content)


def _as_bytes(reason: Message) -> bytes:
    return json.dumps(reason.json_value).encode()


def _send(answers: int, kind: int, content: bytes) -> None:
    """Writes a complete answer."""
    whole = struct.pack("=BI", kind, len(content)) + content
    while whole:
        whole = whole[os.write(answers, whole) :]
