"""A good policy that takes some hundredths of a second: its evaluation lasts a minute or so."""

import numpy as np
from onnx import helper, numpy_helper

from tests.models.policies import BIAS, BOOL, INT64, WEIGHTS, gemm, model, tensor

_ROUNDS = 8_000


def slow() -> bytes:
    """Returns a policy file that computes for many rounds before it returns its scores."""
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["go_on"], ["goes_on"]),
            helper.make_node("Abs", ["scores"], ["the_same"]),
        ],
        "body",
        [tensor("round", [], INT64), tensor("go_on", [], BOOL), tensor("scores", None)],
        [tensor("goes_on", [], BOOL), tensor("the_same", None)],
    )
    rounds = [numpy_helper.from_array(np.array(_ROUNDS), "rounds"), numpy_helper.from_array(np.array(True), "true")]
    loop = helper.make_node("Loop", ["rounds", "true", "hidden"], ["q_values"], body=body)
    return model([gemm("hidden"), loop], weights=[WEIGHTS, BIAS, *rounds])
