"""A policy for any environment that runs in a process of its own, and is killed if necessary."""

import hashlib
import math
import struct
from collections.abc import Mapping, Sequence
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from concurrency.process_deadline import ProcessDeadline
from domain.environments.facts import EnvironmentFacts
from domain.errors import PolicyFailed, PolicyRefused
from domain.errors.policies import AnswerTimedOut, LoadAnswerUnreadable, LoadTimedOut, StateChangesShape
from domain.errors.policy_files import FileEmpty
from domain.inference.policies import PolicyGraph, TensorShape, oversize
from domain.inference.signature_reading.reading import read_signature
from domain.inference.signatures import PolicyInput, PolicySignature
from policies.child_process import LOAD_SECONDS, ChildProcess
from policies.general.answering import OutputInterpreter, PolicyAnswer
from policies.general.feeding import InputBuilder, Observations, PolicyState
from policies.general.tensors import Tensors, TensorsDamaged, packed, unpacked
from policies.policy_process import ANSWER_SECONDS, BACKGROUND_NICENESS

MAX_TOGETHER: Final = 256
_ANSWER_BYTES: Final = 4 * 2**20
_QUESTION_BYTES: Final = 4 * 2**20
"""Up to so many bytes of observations are sent in one request."""


class _Description(BaseModel):
    model_config = ConfigDict(extra="forbid")

    inputs: tuple[TensorShape, ...]
    outputs: tuple[TensorShape, ...]
    scales_pixels: bool


class TensorProcess:
    """One loaded file that maps arrays to arrays. After an error its process is dead."""

    def __init__(
        self,
        onnx: bytes,
        *,
        in_background: bool = False,
        load_seconds: float = LOAD_SECONDS,
        ends: float = math.inf,
    ) -> None:
        """Loads the file, computing for at most `load_seconds`.

        Raises PolicyRefused, PolicyFailed, or ServiceUnavailable (not the file's fault).

        `in_background` gives everything else on this machine priority. It fails if it is used after `ends`, by
        `time.monotonic`.
        """
        if reason := oversize(len(onnx)) if onnx else FileEmpty():
            raise PolicyRefused(reason)
        niceness = BACKGROUND_NICENESS if in_background else 0
        self._child = ChildProcess(onnx, "policies.general.tensor_child", {}, niceness, _ANSWER_BYTES, ends)
        try:
            self.load_deadline = self._child.deadline(load_seconds)
            """The end of the time for loading, which a check continues."""
            self.graph = self._load(onnx)
        except BaseException:
            self.close()
            raise

    def infer(
        self, tensors: Tensors, outputs: Sequence[str], deadline: ProcessDeadline | None, *, singly: bool = False
    ) -> dict[str, NDArray[Any]]:
        """Returns the outputs with these names, by default within a second of computing; raises PolicyFailed.

        With `singly`, the first dimension of inputs and outputs counts the runs.
        """
        content = packed(tensors, outputs=list(outputs), singly=singly)
        deadline = deadline or self._child.deadline(ANSWER_SECONDS)
        try:
            description = self._child.answer(struct.pack("=I", len(content)) + content, deadline, AnswerTimedOut)
            found, _more = unpacked(description)
        except TensorsDamaged as error:
            self.end()
            raise PolicyFailed(LoadAnswerUnreadable()) from error
        except BaseException:
            self.end()
            raise
        return found

    def end(self) -> None:
        """Kills it with everything it started; may be called again, and from any thread."""
        self._child.end()

    def close(self) -> None:
        """Ends it and closes its pipes; no call of `infer` may be running."""
        self._child.close()

    def _load(self, onnx: bytes) -> PolicyGraph:
        description = self._child.answer(b"", self.load_deadline, LoadTimedOut)
        try:
            described = _Description.model_validate_json(description)
        except ValidationError as error:
            raise PolicyFailed(LoadAnswerUnreadable()) from error
        return PolicyGraph(**dict(described), size_bytes=len(onnx), sha256=hashlib.sha256(onnx).hexdigest())


class GeneralPolicy:
    """One loaded policy with its signature. It is used by one thread at a time."""

    def __init__(self, process: TensorProcess, signature: PolicySignature, facts: EnvironmentFacts) -> None:
        self._process = process
        self.signature = signature
        self.graph = process.graph.model_copy(update={"signature": signature})
        self.load_deadline = process.load_deadline
        self._feeding = InputBuilder(signature, facts)
        self._answering = OutputInterpreter(signature, facts)
        self._inputs = {one.name: one for one in signature.inputs}

    @classmethod
    def load(
        cls,
        onnx: bytes,
        facts: EnvironmentFacts,
        tag: str | None = None,
        *,
        algorithm: str | None = None,
        in_background: bool = False,
        load_seconds: float = LOAD_SECONDS,
        ends: float = math.inf,
    ) -> Self:
        """Loads a file; `tag` is the tag `policy_signature`. Raises as `TensorProcess`, and as `read_signature`."""
        process = TensorProcess(onnx, in_background=in_background, load_seconds=load_seconds, ends=ends)
        try:
            return cls(process, read_signature(process.graph, facts, tag, algorithm), facts)
        except BaseException:
            process.close()
            raise

    def infer(
        self, observation: Observations, state: PolicyState | None = None, deadline: ProcessDeadline | None = None
    ) -> PolicyAnswer:
        """Returns the answer to one observation, by default within a second of computing.

        `state` is that of the previous answer, None at an episode's start. Raises PolicyFailed, and BadInput for an
        observation outside of its environment's space.
        """
        alone = {part: np.asarray(array)[None] for part, array in observation.items()}
        return self.infer_many(alone, [state], deadline)[0]

    def infer_many(
        self,
        observations: Observations,
        states: Sequence[PolicyState | None],
        deadline: ProcessDeadline | None = None,
    ) -> list[PolicyAnswer]:
        """Returns the answers to as many observations as states; each part has a batch dimension.

        They are batched as far as the file allows. Without a deadline each request has a second of
        computing; raises as `infer`.
        """
        parts = self._feeding.checked(observations)
        size = self._at_once(parts)
        answers: list[PolicyAnswer] = []
        for begin in range(0, len(states), size):
            chunk = {part: array[begin : begin + size] for part, array in parts.items()}
            answers += self._infer(chunk, states[begin : begin + size], deadline)
        return answers

    def end(self) -> None:
        """Kills it with everything it started; may be called again, and from any thread."""
        self._process.end()

    def close(self) -> None:
        """Ends it and closes its pipes; no call of `infer` may be running."""
        self._process.close()

    def _at_once(self, parts: Observations) -> int:
        if self._is_single or self.signature.together is None:
            each = sum(array[:1].nbytes for array in parts.values()) * 4  # bytes become float32
            return max(1, min(MAX_TOGETHER, _QUESTION_BYTES // max(1, each)))
        return self.signature.together

    @property
    def _is_single(self) -> bool:
        return self.signature.together == 1

    def _infer(
        self, parts: Observations, states: Sequence[PolicyState | None], deadline: ProcessDeadline | None
    ) -> list[PolicyAnswer]:
        """Returns the answers; repeats the last observation if the file has a fixed batch size."""
        count, missing = len(states), (self.signature.together or 1) - len(states)
        if missing > 0:
            parts = {part: np.concatenate([array, *[array[-1:]] * missing]) for part, array in parts.items()}
            states = [*states, *[states[-1]] * missing]
        feeds = (self._feeding.single_feeds if self._is_single else self._feeding.feeds)(parts, states)
        try:
            found = self._process.infer(feeds, self._answering.outputs, deadline, singly=self._is_single)
            return self._answering.answers(found, self._states(found, len(states)))[:count]
        except PolicyFailed:
            self.end()
            raise

    def _states(self, found: Mapping[str, NDArray[Any]], count: int) -> list[PolicyState]:
        """Returns the recurrent state of each episode."""
        pairs = self.signature.state
        each = [_split(found[pair.output], self._inputs[pair.input], count, self._is_single) for pair in pairs]
        return list(zip(*each, strict=True)) if each else [()] * count


def _split(array: NDArray[Any], taken_by: PolicyInput, count: int, singly: bool) -> list[NDArray[Any]]:
    """Returns the state of several episodes, split, each in its input's shape.

    Raises PolicyFailed if it does not fit.
    """
    together = 1 if singly else count
    wanted = [together if axis == taken_by.batch_axis else size for axis, size in enumerate(taken_by.shape)]
    shape = array.shape[1:] if singly else array.shape
    fits = len(shape) == len(wanted) and all(size in (None, given) for size, given in zip(wanted, shape, strict=True))
    if not fits or array.dtype.kind not in "biuf" or not np.isfinite(array).all():
        raise PolicyFailed(StateChangesShape(f"{array.dtype} {list(shape)}", taken_by.name[:40]))
    array = array.astype(taken_by.dtype)
    if singly:
        return list(array)
    return [array] if count == 1 else np.split(array, count, axis=taken_by.batch_axis or 0)
