"""Greedy episodes of one policy in copies of one environment, each from a seed of its own.

An episode depends on its seed only, not on those played in parallel: its return is that of Stable-Baselines3's
`evaluate_policy` with one environment, one episode and `env.seed(seed)` before. (With several episodes that function
seeds only the first.)
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from domain.inference.returns import LONGEST_EPISODE, Episode
from environments.many import ManyEnvironments
from policies.general.feeding import PolicyState
from policies.general.general_policy import GeneralPolicy


@dataclass
class _Running:
    """An episode in one of the copies; `state` is the policy's recurrent state."""

    copy: int
    seed: int
    total: float = 0.0
    length: int = 0
    state: PolicyState | None = None


class EpisodePlayer:
    """Plays in all copies in parallel; `played` gets the number of finished episodes after each step, and may raise."""

    def __init__(self, policy: GeneralPolicy, environments: ManyEnvironments, played: Callable[[int], None]) -> None:
        self._policy = policy
        self._environments = environments
        self._played = played
        self._running: list[_Running] = []
        self._seen: dict[str, NDArray[Any]] = {}

    def play(self, seeds: Sequence[int]) -> list[Episode]:
        """Plays one episode for each seed; returns them in that order. Raises the errors of policy and environment."""
        left, over = list(seeds), []
        self._begin([(copy, left.pop(0)) for copy in range(min(self._environments.copies, len(left)))])
        while self._running:
            ended = self._step()
            over += [episode for _copy, episode in ended]
            free = [copy for copy, _episode in ended][: len(left)]
            self._begin([(copy, left.pop(0)) for copy in free])
            self._played(len(over))
        return sorted(over, key=lambda episode: seeds.index(episode.seed))

    def _begin(self, places: Sequence[tuple[int, int]]) -> None:
        if not places:
            return
        copies = [copy for copy, _seed in places]
        self._see(self._environments.reset([seed for _copy, seed in places], copies), copies)
        self._running += [_Running(copy, seed) for copy, seed in places]

    def _see(self, observation: dict[str, NDArray[Any]], copies: Sequence[int]) -> None:
        for part, arrays in observation.items():
            shape = (self._environments.copies, *arrays.shape[1:])
            self._seen.setdefault(part, np.zeros(shape, arrays.dtype))[copies] = arrays

    def _step(self) -> list[tuple[int, Episode]]:
        """Makes one step in each copy; returns finished episodes."""
        copies = [one.copy for one in self._running]
        seen = {part: arrays[copies] for part, arrays in self._seen.items()}
        answers = self._policy.infer_many(seen, [one.state for one in self._running])
        after = self._environments.step([answer.action for answer in answers], copies)
        self._see(after.observation, copies)
        ended, going = [], []
        for row, (one, answer) in enumerate(zip(self._running, answers, strict=True)):
            one.total += float(after.rewards[row])
            one.length += 1
            one.state = answer.state
            is_cut = one.length >= LONGEST_EPISODE and not after.done[row]
            if is_cut or after.done[row]:
                ended.append((one.copy, Episode(one.seed, one.total, one.length, after.successes[row], is_cut)))
            else:
                going.append(one)
        self._running = going
        return ended
