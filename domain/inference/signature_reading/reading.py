"""Reads how a policy file is asked, from its tensors, its environment's spaces and what its tag says."""

from collections.abc import Sequence

from domain.environments.facts import EnvironmentFacts
from domain.inference.policies import PolicyGraph
from domain.inference.signature_reading.hints import read_hints
from domain.inference.signature_reading.inputs import InputReading
from domain.inference.signature_reading.outputs import OutputReading
from domain.inference.signature_reading.states import state_pairs
from domain.inference.signatures import PolicyInput, PolicySignature, Role


def read_signature(
    graph: PolicyGraph, facts: EnvironmentFacts, tag: str | None, algorithm: str | None = None
) -> PolicySignature:
    """Returns how the policy is asked and read; `tag` is the tag `policy_signature`.

    Raises PolicyRefused where it cannot be, and SignatureUnclear, with the choices, where there are several ways.
    """
    hints = read_hints(tag, graph)
    inputs = InputReading(graph, facts, hints).inputs()
    pairs = state_pairs(graph, inputs, hints)
    outputs = OutputReading(graph, facts, hints, [pair.output for pair in pairs], algorithm).outputs()
    return PolicySignature(inputs=inputs, outputs=outputs, state=pairs, together=_together(inputs))


def _together(inputs: Sequence[PolicyInput]) -> int | None:
    """Returns how many observations it takes at once: any number only where each input leaves that open."""
    if all(one.batch_axis is not None and one.shape[one.batch_axis] is None for one in inputs):
        return None
    sizes = [one.shape[0] for one in inputs if one.role is Role.OBSERVATION and one.batch_axis == 0]
    fixed = [size for size in sizes if size is not None]
    return fixed[0] if len(fixed) == len(inputs) and len(set(fixed)) == 1 else 1
