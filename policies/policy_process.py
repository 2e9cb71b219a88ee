"""A policy that runs in a process of its own, under limits, as long as it behaves."""

import hashlib
import struct
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from domain.errors import PolicyFailed, PolicyRefused
from domain.errors.policies import (
    AnswerTimedOut,
    AskedForTooMany,
    LoadAnswerUnreadable,
    LoadTimedOut,
    ScoresNotFinite,
    WrongNumberOfScores,
)
from domain.errors.policy_files import FileEmpty
from domain.inference.maze import ACTION_NAMES
from domain.inference.policies import PolicyGraph, TensorShape, contract_for, misfit, missing_contract, oversize
from policies.child_process import LOAD_SECONDS, ChildProcess

ANSWER_SECONDS: Final = 1.0
MAX_OBSERVATIONS: Final = 256  # so that a request fits into a pipe, and sending never waits for the child to read

BACKGROUND_NICENESS: Final = 10
_ACTIONS: Final = len(ACTION_NAMES)


class _Tensors(BaseModel):
    model_config = ConfigDict(extra="forbid")

    inputs: tuple[TensorShape, ...]
    outputs: tuple[TensorShape, ...]


class PolicyProcess:
    """One loaded policy, used by one thread at a time. After an error its process is dead."""

    def __init__(self, onnx: bytes, env_id: str, *, in_background: bool = False) -> None:
        """Loads the file, computing for at most ten seconds.

        Raises PolicyRefused, PolicyFailed, or ServiceUnavailable (not the file's fault).

        `in_background` gives everything else on this machine priority.
        """
        contract = contract_for(env_id)
        if contract is None:
            raise PolicyRefused(missing_contract(env_id))
        if reason := oversize(len(onnx)) if onnx else FileEmpty():
            raise PolicyRefused(reason)
        plan = {"input": contract.input.name, "width": contract.input.shape[1]}
        niceness = BACKGROUND_NICENESS if in_background else 0
        self._child = ChildProcess(onnx, "policies.scores_child", plan, niceness)
        try:
            self.graph = self._load(onnx)
            if reason := misfit(self.graph, env_id):
                raise PolicyRefused(reason)
        except BaseException:
            self.close()
            raise

    @property
    def scores_name(self) -> str:
        """The kind of the scores: "q_values" or "action_probabilities"."""
        return self.graph.outputs[0].name

    def infer(self, observations: NDArray[np.float32]) -> NDArray[np.float32]:
        """Returns the scores [n, 4] for n observations [n, 25], finite, within a second of computing.

        Raises PolicyFailed, and BadInput for more observations than MAX_OBSERVATIONS.
        """
        if len(observations) > MAX_OBSERVATIONS:
            raise AskedForTooMany(MAX_OBSERVATIONS, len(observations))
        batch = np.ascontiguousarray(observations, np.float32)
        question = struct.pack("=I", len(batch)) + batch.tobytes()
        try:
            description = self._child.answer(question, self._child.deadline(ANSWER_SECONDS), AnswerTimedOut)
            return self._scores(description, len(batch))
        except BaseException:
            self.end()
            raise

    def end(self) -> None:
        """Kills it with everything it started; may be called again, and from any thread."""
        self._child.end()

    def close(self) -> None:
        """Ends it and closes its pipes; no call of `infer` may be running."""
        self._child.close()

    def _load(self, onnx: bytes) -> PolicyGraph:
        description = self._child.answer(b"", self._child.deadline(LOAD_SECONDS), LoadTimedOut)
        try:
            tensors = _Tensors.model_validate_json(description)
        except ValidationError as error:
            raise PolicyFailed(LoadAnswerUnreadable()) from error
        return PolicyGraph(
            inputs=tensors.inputs,
            outputs=tensors.outputs,
            size_bytes=len(onnx),
            sha256=hashlib.sha256(onnx).hexdigest(),
        )

    def _scores(self, description: bytes, count: int) -> NDArray[np.float32]:
        if len(description) != count * _ACTIONS * 4:
            raise PolicyFailed(WrongNumberOfScores(len(description) // 4, count))
        scores = np.frombuffer(description, np.float32).reshape(count, _ACTIONS)
        if not np.isfinite(scores).all():
            raise PolicyFailed(ScoresNotFinite())
        return scores
