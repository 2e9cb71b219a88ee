"""Runs one policy of the maze in a process of its own: `python -m policies.scores_child PLAN`.

PLAN is as in policies/child_protocol.py, with `input` and `width` of the observation. A request is a count n (uint32)
and n × width float32, its answer the scores as float32. policies/child_process.py starts it, and
policies/policy_process.py validates its answers.
"""

import json
import struct
from typing import Any

from domain.errors.policies import WrongShapeOfScores
from policies.child_protocol import Plan, Trouble, answer_all, read
from policies.session import described


class Scores:
    """The scores of observations."""

    def described(self, session: Any, model: bytes, plan: Plan) -> bytes:
        """Implements `Answers.described`."""
        tensors = {
            "inputs": [described(tensor) for tensor in session.get_inputs()],
            "outputs": [described(tensor) for tensor in session.get_outputs()],
        }
        return json.dumps(tensors).encode()

    def question(self, plan: Plan) -> Any:
        """Returns the observations: float32 [n, width]; None at the end of stdin."""
        import numpy as np

        head = read(4)
        if len(head) < 4:
            return None
        (count,) = struct.unpack("=I", head)
        return np.frombuffer(read(count * plan["width"] * 4), np.float32).reshape(count, plan["width"])

    def answer(self, session: Any, question: Any, plan: Plan) -> bytes:
        """Returns the scores: float32 [n, actions]."""
        import numpy as np

        (scores,) = session.run(None, {plan["input"]: question})
        if scores.dtype != np.float32 or scores.ndim != 2 or len(scores) != len(question):
            raise Trouble(WrongShapeOfScores(str(list(scores.shape)), len(question)))
        return bytes(scores.tobytes())


if __name__ == "__main__":
    answer_all(Scores())
