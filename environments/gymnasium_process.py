"""One Gymnasium environment for one player, in a process of its own."""

from domain.environments.facts import EnvironmentFacts
from domain.environments.source import EnvironmentSource
from environments.environment import Action, Frame, Observation, Outcome
from environments.many import CreatesPlans, ManyEnvironments


class GymnasiumProcess:
    """Implements Environment; see environments/environment.py."""

    def __init__(self, source: EnvironmentSource, known: CreatesPlans) -> None:
        """Creates the environment; raises EnvironmentRefused, EnvironmentMissing, EnvironmentFailed and
        ServiceUnavailable.
        """
        self._one = ManyEnvironments(source, known, copies=1, niceness=0)

    @property
    def facts(self) -> EnvironmentFacts:
        """The environment's facts."""
        return self._one.facts

    @property
    def pid(self) -> int | None:
        """The id of its process; None once that has ended."""
        return self._one.pid

    def reset(self, seed: int | None) -> Observation:
        """Starts an episode; the same seed starts the same one."""
        return _only(self._one.reset([seed]))

    def step(self, action: Action) -> Outcome:
        """Makes one step."""
        after = self._one.step([action])
        return Outcome(
            observation=_only(after.observation),
            reward=float(after.rewards[0]),
            terminated=bool(after.terminated[0]),
            truncated=bool(after.truncated[0]),
            success=after.successes[0],
        )

    def render(self, longest_side: int) -> Frame | None:
        """Draws the current state as WebP of at most about 10 kB."""
        return self._one.render(longest_side)

    def end(self) -> None:
        """Ends its process; may be called from any thread, and again."""
        self._one.end()

    def close(self) -> None:
        """Ends its process; may be called again, by any thread while no other call is running."""
        self._one.close()


def _only(observation: Observation) -> Observation:
    return {name: values[0] for name, values in observation.items()}
