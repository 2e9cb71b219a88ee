"""Pairs the state outputs of a recurrent policy with the inputs that take them at the next step."""

import re
from collections.abc import Iterator, Sequence

from domain.errors import PolicyRefused
from domain.errors.policy_checks.signatures import StateUnpaired
from domain.inference.policies import PolicyGraph, TensorShape, short
from domain.inference.signature_reading.hints import SignatureHints
from domain.inference.signature_reading.input_fits import dimensions
from domain.inference.signatures import PolicyInput, Role, StatePair


def state_pairs(graph: PolicyGraph, inputs: Sequence[PolicyInput], hints: SignatureHints) -> tuple[StatePair, ...]:
    """Pairs by the tag, by names, else in the file's order among outputs of the same shape.

    Raises PolicyRefused for a state input without an output.
    """
    states = [one for one in inputs if one.role is Role.STATE]
    free = {tensor.name: tensor for tensor in graph.outputs if tensor.name not in hints.outputs}
    pairs: dict[str, str] = {}
    for find in (_by_tag, _by_name, _by_shape):
        for state in states:
            if state.name not in pairs and (output := find(state, free, hints)) is not None:
                pairs[state.name] = output
                del free[output]
    if lost := next((state.name for state in states if state.name not in pairs), None):
        raise PolicyRefused(StateUnpaired(short(lost)))
    return tuple(StatePair(input=state.name, output=pairs[state.name]) for state in states)


def _by_tag(state: PolicyInput, free: dict[str, TensorShape], hints: SignatureHints) -> str | None:
    hint = hints.state.get(state.name)
    return hint if hint in free else None


def _by_name(state: PolicyInput, free: dict[str, TensorShape], _hints: SignatureHints) -> str | None:
    return next((name for name in _next_names(state.name) if name in free), None)


def _by_shape(state: PolicyInput, free: dict[str, TensorShape], _hints: SignatureHints) -> str | None:
    alike = [name for name, tensor in free.items() if _are_alike(state, tensor)]
    return alike[0] if alike else None


def _are_alike(state: PolicyInput, output: TensorShape) -> bool:
    """Returns whether an output can be that state: equally many dimensions, at least two, and no conflicting size."""
    sizes = dimensions(output)
    return len(sizes) == len(state.shape) >= 2 and all(
        own == other or None in (own, other) for own, other in zip(state.shape, sizes, strict=True)
    )


def _next_names(name: str) -> Iterator[str]:
    """Yields the names of an input's state output that tools use."""
    yield re.sub(r"(^|[_./])in(s?)(?=$|[_./\d])", r"\1out\2", name)
    for former, following in (("_in", "_out"), ("ins", "outs"), ("0", "n"), ("0", "1"), ("x", "n"), ("in", "out")):
        yield name.replace(former, following)
    for around in ("{}_out", "next_{}", "new_{}", "{}_next", "{}_new", "{}n", "{}_n", "out_{}", "{}.out"):
        yield around.format(name)
