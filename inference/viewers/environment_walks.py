"""Creates episodes in any environment but the maze.

With the policy loaded for that environment, and a place in the pool.
"""

from collections.abc import Callable
from concurrent.futures import Future

from concurrency.single_flight import SingleFlight
from domain.environments.facts import EnvironmentFacts
from domain.errors.walks import FileDidNotCome
from environments.environment import Environment
from environments.pool import EnvironmentPool
from inference.clew_models import ClewModel, ClewModels
from inference.latencies import Latencies
from inference.policy_pool import PolicyPool, SharedPolicy
from inference.viewers.environment_walk import EnvironmentWalk, EpisodeResources, PlayingModel
from policies.general.general_policy import GeneralPolicy


class EnvironmentWalks:
    """Creates walks for all viewers; every failure is a ClewError."""

    def __init__(
        self, models: ClewModels, policies: PolicyPool, environments: EnvironmentPool, latencies: Latencies
    ) -> None:
        self._models, self._policies, self._environments = models, policies, environments
        self._latencies = latencies
        self._taking: SingleFlight[Environment] = SingleFlight("environment")

    def walk(self, model: ClewModel, is_active: bool, seed: int, person: str, episode: int) -> EnvironmentWalk:
        """Returns a new episode of `model`, after checking whether its file has changed."""

        def take() -> Environment:
            return self._environments.take(model.source, person)

        taking = self._taking.join(object(), take)  # two processes, started in parallel
        try:
            policy = self._policy(model, taking)
            if is_active:
                self._policies.reserve_place_for(policy)
            policy.start(person)
            environment = taking.result()
        except BaseException:
            taking.add_done_callback(_give_back)
            raise
        shown = PlayingModel(model.id, model.name, is_active)
        return EnvironmentWalk(
            EpisodeResources(policy, take, person), environment, shown, seed, episode, self._latencies
        )

    def _policy(self, model: ClewModel, taking: Future[Environment]) -> SharedPolicy[GeneralPolicy]:
        """Returns the policy for the environment that is being started; waits for its facts if they are not known."""
        for known in (self._policies.hashes(), []):  # a file may be dropped from the pool between the two calls
            file = self._models.policy(model.id, known)
            facts = self._environments.known.known_facts(model.source) or taking.result().facts
            policy = self._policies.get(file.sha256, file.content, *_made_for(model, facts))
            if policy is not None:
                return policy
        raise FileDidNotCome(model.id[:40])


def _made_for(model: ClewModel, facts: EnvironmentFacts) -> tuple[str, Callable[[bytes], GeneralPolicy]]:
    """Returns the purpose that its file is loaded for, and the function that loads it."""
    signature, algorithm = model.policy_signature, model.algorithm

    def make(content: bytes) -> GeneralPolicy:
        return GeneralPolicy.load(content, facts, signature, algorithm=algorithm)

    return f"{facts.model_dump_json()} {signature} {algorithm}", make


def _give_back(taken: Future[Environment]) -> None:
    if taken.exception() is None:
        taken.result().close()
