"""Copies of one environment in one process: many steps per request."""

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from domain.environments.facts import EnvironmentFacts
from domain.environments.source import EnvironmentSource
from domain.environments.spaces import WHOLE, BoxSpace, DiscreteSpace, MultiBinarySpace, MultiDiscreteSpace, leaves
from domain.errors.environments.failures import EnvironmentFailed, EnvironmentRefused
from domain.errors.environments.naming import StatisticsUnreadable
from domain.errors.environments.playing import ActionMisfit, AnswerMakesNoSense
from domain.inference.saved_episodes import EpisodeFormat
from environments import wire
from environments.arrays import Arrays
from environments.child_process import ChildProcess
from environments.environment import Action, Frame, Observation
from environments.fork_server import ForkServer
from environments.plan import CreationPlan

Actions = dict[str, NDArray[Any]] | NDArray[Any] | Sequence[Action]
_LONGEST_SIDE: Final = 4096
_BEHIND_VIEWERS: Final = 10


class CreatesPlans(Protocol):
    """Something that knows how environments are created; KnownEnvironments implements it."""

    server: ForkServer

    def plan_for(self, source: EnvironmentSource, copies: int, niceness: int) -> CreationPlan:
        """Returns the plan to create the environment."""

    def keep_facts(self, source: EnvironmentSource, facts: EnvironmentFacts) -> None:
        """Stores the facts of an environment that was created."""


@dataclass(frozen=True)
class Outcomes:
    """The results of one step of k copies; arrays [k, …], in the order in which the copies were named."""

    observation: Observation
    rewards: NDArray[np.float64]
    terminated: NDArray[np.bool_]
    truncated: NDArray[np.bool_]
    successes: tuple[bool | None, ...]

    @property
    def done(self) -> NDArray[np.bool_]:
        """Which episodes are over."""
        return self.terminated | self.truncated


class ManyEnvironments:
    """`copies` of one environment in one process, for one player; after a failure they are ended.

    Copies have numbers from 0 on. All methods but `close` raise EnvironmentFailed.
    """

    def __init__(
        self,
        source: EnvironmentSource,
        known: CreatesPlans,
        copies: int,
        niceness: int = _BEHIND_VIEWERS,
        ends: float = math.inf,
    ) -> None:
        """Creates the copies; raises EnvironmentRefused, EnvironmentMissing, EnvironmentFailed and
        ServiceUnavailable. They fail if they are used after `ends`, by `time.monotonic`.
        """
        self.copies = copies
        self._name = source.name
        self._statistics = source.statistics
        plan = known.plan_for(source, copies, niceness)
        self._seconds = plan.described.call_seconds
        self._child = ChildProcess(known.server, source.name, ends)
        try:
            self.facts = self._described(self._child.make(plan))
            known.keep_facts(source, self.facts)
        except BaseException:
            self._child.close()
            raise

    def _described(self, content: bytes) -> EnvironmentFacts:
        try:
            facts = EnvironmentFacts.model_validate_json(content)
        except ValidationError as error:
            raise EnvironmentFailed(self._name, AnswerMakesNoSense("make")) from error
        self._observations, self._actions = Arrays(facts.observation_space), Arrays(facts.action_space)
        self._action_leaves = leaves(facts.action_space)
        if self._statistics is None:
            return facts
        if misfit := self._statistics.misfit(facts.observation_space):
            raise EnvironmentRefused(self._name, StatisticsUnreadable(misfit))
        after = self._statistics.space_after(facts.observation_space)
        return facts.model_copy(update={"observation_space": after})

    @property
    def pid(self) -> int | None:
        """The id of the process; None once it has ended."""
        return self._child.pid

    @property
    def most_at_once(self) -> int:
        """How many copies fit into one answer."""
        return max(1, wire.MAX_BYTES // (2 * max(1, self._observations.item_bytes)))

    def reset(self, seeds: Sequence[int | None], copies: Sequence[int] | None = None) -> Observation:
        """Starts an episode in each of the copies, by default the first ones; returns the observations [k, …]."""
        which = range(len(seeds)) if copies is None else copies
        request = b"".join(
            wire.RESET_ITEM.pack(copy, -1 if seed is None else seed) for copy, seed in zip(which, seeds, strict=True)
        )
        return self._observed(self._child.request(wire.RESET, request, self._seconds, "reset"), len(seeds), "reset")

    def step(self, actions: Actions, copies: Sequence[int] | None = None) -> Outcomes:
        """Makes one step in each of the copies, by default all; actions [k, …], or by the names of their parts."""
        which = range(self.copies) if copies is None else copies
        count = len(which)
        head = struct.pack(f"=I{count}I", count, *which)
        content = self._child.request(wire.STEP, head + self._packed(actions, count), self._seconds, "step")
        reward_items = list(wire.PAY.iter_unpack(content[: count * wire.PAY.size]))
        flags = [flag for _, flag in reward_items]
        return Outcomes(
            observation=self._observed(content[count * wire.PAY.size :], count, "step"),
            rewards=np.array([reward for reward, _ in reward_items]),
            terminated=np.array([bool(flag & wire.TERMINATED) for flag in flags]),
            truncated=np.array([bool(flag & wire.TRUNCATED) for flag in flags]),
            successes=tuple(bool(flag & wire.SUCCESS) if flag & wire.REPORTS_SUCCESS else None for flag in flags),
        )

    def render(self, longest_side: int, copy: int = 0) -> Frame | None:
        """Draws one copy, at most so many pixels a side; None if it cannot be drawn."""
        if not self.facts.can_render:
            return None
        side = max(1, min(longest_side, _LONGEST_SIDE))
        content = self._child.request(wire.RENDER, struct.pack("=II", copy, side), self._seconds, "render")
        if len(content) <= wire.PICTURE.size:
            raise self._broken("render")
        return Frame(content[wire.PICTURE.size :], *wire.PICTURE.unpack_from(content))

    def animate(
        self, seed: int, actions: Sequence[Action], form: EpisodeFormat, longest_side: int, seconds: float
    ) -> tuple[float, bytes]:
        """Plays an episode in the first copy; returns its return, and an animation of it."""
        packed = self._packed(actions, len(actions))
        side, which = max(1, min(longest_side, _LONGEST_SIDE)), wire.FORMATS.index(form)
        request = wire.REPLAY.pack(seed, len(actions), side, which) + packed
        content = self._child.request(wire.EPISODE, request, seconds, "render")
        if len(content) <= wire.RETURN.size:
            raise self._broken("render")
        return float(wire.RETURN.unpack_from(content)[0]), content[wire.RETURN.size :]

    def _observed(self, content: bytes, count: int, call: str) -> Observation:
        try:
            observation = self._observations.unpacked(content, count)
        except ValueError as error:
            raise self._broken(call) from error
        return observation if self._statistics is None else self._statistics.applied(observation)

    def _broken(self, call: str) -> EnvironmentFailed:
        self._child.end()
        return EnvironmentFailed(self._name, AnswerMakesNoSense(call))

    def _packed(self, actions: Actions, count: int) -> bytes:
        parts = actions if isinstance(actions, dict) else {WHOLE: actions}
        if set(parts) != set(self._action_leaves):
            raise ActionMisfit(self._name, _shown(actions))
        return b"".join(self._part(name, parts[name], count) for name in self._action_leaves)

    def _part(self, name: str, values: Any, count: int) -> bytes:
        leaf = self._action_leaves[name]
        try:
            array = np.asarray(values)
            cast = array.astype(leaf.dtype).reshape(count, *leaf.shape)
            fits = _is_in(leaf, array, cast)
        except (ValueError, TypeError) as error:
            raise ActionMisfit(self._name, _shown(values)) from error
        if not fits:
            raise ActionMisfit(self._name, _shown(values))
        return cast.tobytes()

    def end(self) -> None:
        """Ends the process; may be called from any thread, and again."""
        self._child.end()

    def close(self) -> None:
        """Releases its resources; may be called again."""
        self._child.close()


def _is_in(leaf: Any, given: NDArray[Any], cast: NDArray[Any]) -> bool:
    """Returns whether these are actions of the space; the bounds of boxes are checked by the environment itself."""
    if given.size != cast.size or given.size != len(cast) * math.prod(leaf.shape):
        return False
    if isinstance(leaf, BoxSpace):
        return bool(np.isfinite(given).all())
    whole = bool((given == cast.reshape(given.shape)).all())
    if isinstance(leaf, DiscreteSpace):
        return whole and bool(((cast >= leaf.start) & (cast < leaf.start + leaf.n)).all())
    if isinstance(leaf, MultiDiscreteSpace):
        return whole and bool((cast >= 0).all() and (cast.reshape(len(cast), -1) < np.array(leaf.nvec)).all())
    return whole and (not isinstance(leaf, MultiBinarySpace) or bool(np.isin(cast, (0, 1)).all()))


def _shown(value: Any) -> str:
    return str(value)[:60]
