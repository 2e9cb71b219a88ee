"""What a policy is checked against: the maze's contract, or the environment that the model names."""

import hashlib
from importlib.metadata import version as installed
from typing import NamedTuple, Self

from domain.environments.source import EnvironmentSource
from domain.errors import ClewError, PolicyRefused
from domain.errors.environments.failures import EnvironmentMissing
from domain.inference.policies import PolicyGraph, contract_for, missing_contract
from domain.message_data import MessageData
from domain.registry.models import Model
from policies import probing
from policies.general import checking
from policies.general.checking import check_general_policy, load_without_environment
from policies.policy_check import check_policy
from services.registry.checks.played_environments import EnvironmentSamples


class PolicySubject(NamedTuple):
    """The metadata of a model that its check depends on."""

    env_id: str | None = None
    env_spec: str | None = None
    signature: str | None = None
    algorithm: str | None = None
    normalization: str | None = None
    trouble: MessageData | None = None

    @classmethod
    def of(cls, model: Model) -> Self:
        """Reads a model's metadata."""
        return cls(
            model.env_id,
            model.env_spec,
            model.policy_signature,
            model.algorithm,
            model.normalization,
            model.environment_trouble,
        )

    @property
    def is_maze(self) -> bool:
        """Whether it is for the maze, whose contract is stricter than its spaces."""
        return contract_for(self.env_id) is not None

    def check(self, onnx: bytes, environments: EnvironmentSamples) -> PolicyGraph:
        """Returns the policy's description after its check; raises PolicyRefused, SignatureUnclear, ServiceUnavailable.

        If the environment is not installed here, the policy is only loaded, and `unchecked` is set.
        """
        if self.is_maze:
            return check_policy(onnx, self.env_id)
        if self.trouble is None and not self.env_id and not self.env_spec:
            raise PolicyRefused(missing_contract(None))
        try:
            source = EnvironmentSource.named(self.env_id, self.env_spec, self.normalization, self.trouble)
            played = environments.play(source)
        except EnvironmentMissing as error:
            return load_without_environment(onnx).model_copy(update={"unchecked": MessageData.of(error)})
        except ClewError as error:
            raise error if error.status == 503 else PolicyRefused(error) from error
        return check_general_policy(
            onnx, played.facts, self.signature, algorithm=self.algorithm, played=played.observations
        )

    def mark(self, sha256: str) -> str:
        """Returns a hash of the file, the environment's requirements, the metadata, and the versions of the libraries
        used.
        """
        contract = contract_for(self.env_id)
        if contract is not None:
            subject = f"{self.env_id} {contract.model_dump_json()} {probing.VERSION} {installed('onnxruntime')}"
        else:
            subject = f"{tuple(self)} {checking.VERSION} {installed('onnxruntime')} {installed('gymnasium')}"
        return hashlib.sha256(bytes.fromhex(sha256) + subject.encode()).hexdigest()
