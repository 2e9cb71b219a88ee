"""A policy file's tensors, and the contract of tensors that the maze requires."""

import re
from typing import Final

from pydantic import BaseModel, ConfigDict

from domain.errors.policy_files import (
    AndMore,
    ContractUnknown,
    EitherOf,
    EnvironmentUnknown,
    FileTooLarge,
    InputMisfit,
    NothingThere,
    OutputMisfit,
)
from domain.inference.maze import ACTION_NAMES, OBSERVATION_SIZE
from domain.inference.signatures import PolicySignature
from domain.message_data import MessageField
from domain.messages import Message

MAX_BYTES: Final = 64 * 2**20
"""A larger policy file is not even fetched; the maze's have about 40 KB."""

_MAX_SHOWN: Final = 3
_LONGEST_NAME: Final = 40


class TensorShape(BaseModel):
    """A tensor's name, its element type such as "float32", and its dimensions.

    A fixed dimension is an int; a dimension of any size is a name or None.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    dtype: str
    shape: tuple[int | str | None, ...]
    operator: str | None = None
    """The operator that produces an output, such as "Softmax"; None if unknown."""

    def __str__(self) -> str:
        return f"{short(self.name)} {short(self.dtype)} [{', '.join(_dimension(size) for size in self.shape)}]"


class PolicyGraph(BaseModel):
    """The content of a policy file: its tensors in the file's order, size and SHA-256 (64 hexadecimal digits)."""

    model_config = ConfigDict(frozen=True)

    inputs: tuple[TensorShape, ...]
    outputs: tuple[TensorShape, ...]
    size_bytes: int
    sha256: str
    scales_pixels: bool = False
    """Whether it contains a constant of 255 or 1/255, as policies that scale pixels themselves do."""
    signature: PolicySignature | None = None
    """How its tensors are read; None for the maze's policies, which have a fixed contract."""
    unchecked: MessageField | None = None
    """Why it was only loaded, and not tried on observations: its environment is not installed here."""


class PolicyContract(BaseModel):
    """The tensors that an environment requires of a policy: this input, and exactly one of these outputs.

    A dimension with a name, such as "batch", must be open in the policy.
    """

    model_config = ConfigDict(frozen=True)

    input: TensorShape
    outputs: tuple[TensorShape, ...]


_MAZE: Final = PolicyContract(
    input=TensorShape(name="observation", dtype="float32", shape=("batch", OBSERVATION_SIZE)),
    outputs=tuple(
        TensorShape(name=name, dtype="float32", shape=("batch", len(ACTION_NAMES)))
        for name in ("q_values", "action_probabilities")
    ),
)
# By the ids that the trainer logs (Maze.env_id). A v1 would differ from v0, so it has no contract here.
_CONTRACTS: Final = {re.compile(r"ClewMaze-\d{1,3}x\d{1,3}-v0"): _MAZE}


def contract_for(env_id: str | None) -> PolicyContract | None:
    """Returns the tensors that the environment requires of a policy; None for an unknown environment."""
    return next((contract for ids, contract in _CONTRACTS.items() if ids.fullmatch(env_id or "")), None)


def missing_contract(env_id: str | None) -> Message:
    """Returns the message that `contract_for` does not know this environment."""
    return ContractUnknown(short(env_id)) if env_id else EnvironmentUnknown()


def oversize(size_bytes: int) -> Message | None:
    """Returns the message that a file of this size is too large to be fetched; None if it is not."""
    if size_bytes <= MAX_BYTES:
        return None
    return FileTooLarge(f"{size_bytes:,}", MAX_BYTES >> 20, f"{MAX_BYTES:,}")


def misfit(graph: PolicyGraph, env_id: str | None) -> Message | None:
    """Returns what about the policy does not fit its environment; None if everything does."""
    contract = contract_for(env_id)
    if contract is None:
        return missing_contract(env_id)
    for problem, found, wanted in (
        (InputMisfit, graph.inputs, (contract.input,)),
        (OutputMisfit, graph.outputs, contract.outputs),
    ):
        if len(found) != 1 or not any(_fits(found[0], one) for one in wanted):
            return problem(tensors_text(found), str(env_id), _either(wanted))
    return None


def _fits(found: TensorShape, wanted: TensorShape) -> bool:
    return (found.name, found.dtype, len(found.shape)) == (wanted.name, wanted.dtype, len(wanted.shape)) and all(
        size == expected if isinstance(expected, int) else not isinstance(size, int)
        for size, expected in zip(found.shape, wanted.shape, strict=True)
    )


def tensors_text(tensors: tuple[TensorShape, ...]) -> str | Message:
    """Formats tensors for a sentence: at most three of them, since a file may have thousands."""
    more = len(tensors) - _MAX_SHOWN
    shown = ", ".join(map(str, tensors[:_MAX_SHOWN]))
    if not shown:
        return NothingThere()
    return AndMore(shown, more) if more > 0 else shown


def _either(wanted: tuple[TensorShape, ...]) -> str | Message:
    """Formats one or two alternatives for a sentence; contracts have at most two."""
    return EitherOf(str(wanted[0]), str(wanted[1])) if len(wanted) > 1 else str(wanted[0])


def _dimension(size: int | str | None) -> str:
    return "?" if size is None else short(str(size))


def short(text: str) -> str:
    """Shortens an untrusted text for a sentence, and replaces characters that are not printable."""
    text = "".join(letter if letter.isprintable() else "?" for letter in text[: _LONGEST_NAME + 1])
    return text if len(text) <= _LONGEST_NAME else text[:_LONGEST_NAME] + "…"
