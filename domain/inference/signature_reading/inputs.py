"""Determines which input takes which part of an observation, and which inputs have another role."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from domain.environments.facts import EnvironmentFacts
from domain.environments.spaces import PlainSpace
from domain.errors import PolicyRefused
from domain.errors.policy_checks.signatures import (
    HowInputIsFed,
    InputNotNumbers,
    InputUnfit,
    NoObservationTaken,
    SignaturePartUnknown,
    SignatureUnclear,
    TakesFractions,
    TakesLayout,
    TakesPart,
    TakesPixels,
)
from domain.inference.policies import PolicyGraph, TensorShape, short
from domain.inference.signature_reading.choices import Choice, unclear
from domain.inference.signature_reading.hints import InputHint, SignatureHints
from domain.inference.signature_reading.input_fits import FEEDABLE, Fit, dimensions, fit_of_row, fits
from domain.inference.signature_reading.space_shapes import is_image, known_parts, parts_of, parts_text, whole_width
from domain.inference.signatures import ALL_PARTS, Layout, PolicyInput, Role

FRACTION: Final = 1 / 255
_ROLES: Final = {
    Role.EPISODE_START: frozenset({"episode_start", "episode_starts", "is_first", "is_init", "done", "dones", "reset"}),
    Role.SEQUENCE_LENGTH: frozenset({"seq_lens", "seq_len", "sequence_length", "sequence_lengths"}),
}
# RLlib's state_in_0 and state_ins, TorchRL's recurrent_state, torch's own h0, c0 and hx, cx.
_STATE: Final = re.compile(
    r"(.*[_./])?((rnn|lstm|gru|recurrent|hidden|cell|carry|memory)([_./]?(h|c|state|states|in|ins|hidden|cell))*"
    r"|states?[_./]?ins?|[hc][0x]?|[hc][_./]in)([_./]?\d+)?"
)


class InputReading:
    """Reads the inputs of one file for one environment."""

    def __init__(self, graph: PolicyGraph, facts: EnvironmentFacts, hints: SignatureHints) -> None:
        self._graph = graph
        self._facts = facts
        self._hints = hints
        self._parts = parts_of(facts)

    def inputs(self) -> tuple[PolicyInput, ...]:
        """Returns all inputs in the file's order.

        Raises PolicyRefused, and SignatureUnclear where several readings are possible.
        """
        roles = {tensor.name: self._role(tensor) for tensor in self._graph.inputs}
        shown = [tensor for tensor in self._graph.inputs if roles[tensor.name] is Role.OBSERVATION]
        if not shown:
            raise PolicyRefused(NoObservationTaken(self._facts.env_id, parts_text(self._parts)))
        observing = {tensor.name: self._observing(tensor, len(shown)) for tensor in shown}
        return tuple(observing.get(one.name) or _other(one, roles[one.name]) for one in self._graph.inputs)

    def _hint(self, tensor: TensorShape) -> InputHint:
        return self._hints.inputs.get(tensor.name, InputHint())

    def _role(self, tensor: TensorShape) -> Role:
        """Returns the role in the tag, else the role of its name, unless a part of the observation has that name."""
        if tensor.dtype not in FEEDABLE:
            raise PolicyRefused(InputNotNumbers(str(tensor)))
        hint, name = self._hint(tensor), tensor.name.lower()
        if hint.role is not None or hint.part is not None:
            return hint.role or Role.OBSERVATION
        if tensor.name in self._hints.state:
            return Role.STATE
        if _named(tensor.name, self._parts) is not None:
            return Role.OBSERVATION
        known = next((role for role, names in _ROLES.items() if name in names), None)
        return known or (Role.STATE if _STATE.fullmatch(name) else Role.OBSERVATION)

    def _observing(self, tensor: TensorShape, of: int) -> PolicyInput:
        part = self._part(tensor, of)
        hint = self._hint(tensor)
        if part == ALL_PARTS:
            row = fit_of_row(tensor, whole_width(self._parts))
            return self._made(tensor, part, self._only(tensor, [] if row is None else [row]), hint.scale or 1.0)
        space = self._parts[part]
        found = [fit for fit in fits(tensor, space) if hint.layout in (None, fit.layout)]
        return self._made(tensor, part, self._only(tensor, found), self._scale(tensor, space, hint))

    def _part(self, tensor: TensorShape, of: int) -> str:
        """Returns the part that an input takes: by the tag, by its name, else the only one of its shape."""
        part = self._hint(tensor).part
        if part is not None:
            if part not in self._parts and part != ALL_PARTS:
                raise PolicyRefused(SignaturePartUnknown(short(part), self._facts.env_id, known_parts(self._parts)))
            return part
        if named := _named(tensor.name, self._parts):
            return named
        possible = [name for name, space in self._parts.items() if fits(tensor, space)]
        if of == 1 and len(self._parts) > 1 and fit_of_row(tensor, whole_width(self._parts)):
            possible.append(ALL_PARTS)
        if not possible:
            raise PolicyRefused(InputUnfit(str(tensor), self._facts.env_id, parts_text(self._parts)))
        if len(possible) > 1:
            raise self._unclear(
                tensor, *((TakesPart(name), self._hints.with_input(tensor.name, part=name)) for name in possible)
            )
        return possible[0]

    def _only(self, tensor: TensorShape, found: list[Fit]) -> Fit:
        if not found:
            raise PolicyRefused(InputUnfit(str(tensor), self._facts.env_id, parts_text(self._parts)))
        if len(found) > 1:
            raise self._unclear(
                tensor,
                *(
                    (TakesLayout(fit.layout.value), self._hints.with_input(tensor.name, layout=fit.layout))
                    for fit in found
                ),
            )
        return found[0]

    def _scale(self, tensor: TensorShape, space: PlainSpace, hint: InputHint) -> float:
        """Returns the factor for pixels.

        If the file takes floats and does not scale them itself, it may expect fractions, so the choice is ambiguous.
        """
        if hint.scale is not None:
            return hint.scale
        if not is_image(space) or not tensor.dtype.startswith("float") or self._graph.scales_pixels:
            return 1.0
        raise self._unclear(
            tensor,
            (TakesPixels(), self._hints.with_input(tensor.name, scale=1.0)),
            (TakesFractions(), self._hints.with_input(tensor.name, scale=FRACTION)),
        )

    def _unclear(self, tensor: TensorShape, *choices: Choice) -> SignatureUnclear:
        return unclear(lambda readings: HowInputIsFed(short(tensor.name), self._facts.env_id, readings), choices)

    def _made(self, tensor: TensorShape, part: str, fit: Fit, scale: float) -> PolicyInput:
        return PolicyInput(
            name=tensor.name,
            part=part,
            dtype=tensor.dtype,
            shape=dimensions(tensor),
            layout=fit.layout if part != ALL_PARTS else Layout.FLAT,
            scale=scale,
            batch_axis=fit.batch_axis,
        )


def _other(tensor: TensorShape, role: Role) -> PolicyInput:
    """Returns an input that does not take observations; the only open dimension of a state is its batch axis."""
    sizes = dimensions(tensor)
    open_axes = [axis for axis, size in enumerate(sizes) if size is None]
    axis = open_axes[0] if len(open_axes) == 1 else None
    return PolicyInput(name=tensor.name, role=role, dtype=tensor.dtype, shape=sizes, batch_axis=axis)


def _named(name: str, parts: Mapping[str, PlainSpace]) -> str | None:
    """Returns the part with that name, or that last component in any exporter's spelling; None if not exactly one."""
    for names in (lambda part: {part}, lambda part: set(_spellings(part))):
        found = [part for part in parts if name in names(part)]
        if len(found) == 1:
            return found[0]
    return None


def _spellings(part: str) -> Iterator[str]:
    """Yields the spellings of a part's path: TorchRL joins by "_", RLlib by "/"; some add a prefix."""
    for joined in (part.replace(".", "_"), part.replace(".", "/"), part.rpartition(".")[2]):
        yield from (joined, f"obs_{joined}", f"observation_{joined}", f"obs/{joined}")
