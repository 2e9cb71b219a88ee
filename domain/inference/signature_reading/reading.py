"""Determines a policy's signature from its tensors, its environment's spaces and its tag."""

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
    """Returns the policy's signature; `tag` is the tag `policy_signature`.

    Raises PolicyRefused where there is no reading, and SignatureUnclear, with the choices, where there are several.
    """
    hints = read_hints(tag, graph)
    inputs = InputReading(graph, facts, hints).inputs()
    pairs = state_pairs(graph, inputs, hints)
    outputs = OutputReading(graph, facts, hints, [pair.output for pair in pairs], algorithm).outputs()
    return PolicySignature(inputs=inputs, outputs=outputs, state=pairs, together=_together(inputs))


def _together(inputs: Sequence[PolicyInput]) -> int | None:
    """Returns the batch size: None if every input leaves it open, else the fixed size, or 1."""
    if all(one.batch_axis is not None and one.shape[one.batch_axis] is None for one in inputs):
        return None
    sizes = [one.shape[0] for one in inputs if one.role is Role.OBSERVATION and one.batch_axis == 0]
    fixed = [size for size in sizes if size is not None]
    return fixed[0] if len(fixed) == len(inputs) and len(set(fixed)) == 1 else 1
