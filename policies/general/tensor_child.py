"""Runs one policy with given arrays in a process of its own: `python -m policies.general.tensor_child PLAN`.

PLAN is as in policies/child_protocol.py. A request is a length (uint32) and arrays as policies/general/tensors.py packs
them, with `outputs`, the names of the requested outputs, and `singly`, whether the first dimension counts runs; its
answer are arrays. The description of the file also has `scales_pixels`, and the operator of each output.
"""

import json
import struct
from typing import Any

# All of these before the policy is loaded: after that, this process can open no file.
import numpy as np

from domain.errors.policies import AnswersNoArray, AnswerTooLarge
from domain.errors.policy_files import FileDamaged, TooManyTensors
from domain.messages import Message
from policies.child_protocol import Plan, Trouble, answer_all, read
from policies.general.graph_traits import traits_of
from policies.general.tensors import DTYPES, packed, unpacked
from policies.protobuf_reading import Damaged
from policies.session import described


class Tensors:
    """Answers with the requested outputs."""

    def described(self, session: Any, model: bytes, plan: Plan) -> bytes:
        """Implements `Answers.described`."""
        return _described(session, model, plan["answer_bytes"])

    def question(self, plan: Plan) -> bytes | None:
        """Returns the packed arrays of the request."""
        head = read(4)
        return None if len(head) < 4 else read(struct.unpack("=I", head)[0])

    def answer(self, session: Any, question: bytes, plan: Plan) -> bytes:
        """Returns the packed outputs."""
        return _answer(session, question, plan["answer_bytes"])


def _described(session: Any, model: bytes, most_bytes: int) -> bytes:
    try:
        traits = traits_of(model)
    except Damaged as error:
        raise Trouble(FileDamaged()) from error
    description = {
        "inputs": [described(tensor) for tensor in session.get_inputs()],
        "outputs": [
            described(tensor) | {"operator": traits.operator_of(tensor.name)} for tensor in session.get_outputs()
        ],
        "scales_pixels": traits.scales_pixels,
    }
    content = json.dumps(description).encode()
    return content if len(content) <= most_bytes else _refused(TooManyTensors())


def _answer(session: Any, question: bytes, most_bytes: int) -> bytes:
    tensors, options = unpacked(question)
    found = (
        _run_singly(session, options["outputs"], tensors)
        if options["singly"]
        else session.run(options["outputs"], tensors)
    )
    arrays = dict(zip(options["outputs"], found, strict=True))
    for name, array in arrays.items():
        if not isinstance(array, np.ndarray) or array.dtype.name not in DTYPES:
            _refused(AnswersNoArray(name[:40]))
    if sum(array.nbytes for array in arrays.values()) > most_bytes // 2:
        _refused(AnswerTooLarge(most_bytes // 2**21))
    return packed(arrays)


def _run_singly(session: Any, outputs: list[str], tensors: dict[str, Any]) -> list[Any]:
    """Runs once for each index of the first dimension: for files that take one observation at a time."""
    count = len(next(iter(tensors.values())))
    each = [session.run(outputs, {name: array[row] for name, array in tensors.items()}) for row in range(count)]
    return [np.stack(answers) for answers in zip(*each, strict=True)]


def _refused(reason: Message) -> bytes:
    raise Trouble(reason)


if __name__ == "__main__":
    answer_all(Tensors())
