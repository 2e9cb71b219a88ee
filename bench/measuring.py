"""How long 100 episodes take: `python -m bench.measuring [ENVIRONMENT]`, CartPole-v1 by default.

Its policy balances the pole to the end, 500 steps an episode: the slowest case. It is called as Stable-Baselines3's
documented export is, one observation at a time, and as one with an open batch size.
"""

import sys
import time
from contextlib import closing

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from environments.known import KnownEnvironments
from inference.clew_models import ClewModel
from inference.measuring.returns_of_model import measure_returns

_BALANCE = np.array([[-0.1, -0.3, -1.5, -0.8], [0.1, 0.3, 1.5, 0.8]], np.float32)


def balancing(batch: int | str) -> bytes:
    """Returns a linear policy for CartPole."""
    tensors = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [batch, width]) for name, width in _TENSORS]
    nodes = [
        helper.make_node("Gemm", ["observation", "weights"], ["hidden"], transB=1),
        helper.make_node("Tanh", ["hidden"], ["logits"]),
    ]
    weights = [numpy_helper.from_array(_BALANCE, "weights")]
    graph = helper.make_graph(nodes, "balancing", tensors[:1], tensors[1:], weights)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    return bytes(made.SerializeToString())


_TENSORS = (("observation", 4), ("logits", 2))


def main(env_id: str = "CartPole-v1") -> None:
    """Prints seconds and the result."""
    with closing(KnownEnvironments()) as known:
        for batch in (1, "batch"):
            model = ClewModel(id="1", env_id=env_id)
            began = time.perf_counter()
            (found,) = measure_returns(model, balancing(batch), known, lambda: None, lambda **_news: None)
            took = time.perf_counter() - began
            sys.stdout.write(
                f"batch {batch}: {took:.1f} s, {found.mean_length:.0f} steps, IQM {found.iqm_return:.1f}\n"
            )


if __name__ == "__main__":
    main(*sys.argv[1:])
