"""gymnasium's interface of the maze, by the checkers of gymnasium and Stable-Baselines3."""

import numpy as np
import pytest

pytest.importorskip("gymnasium")
pytest.importorskip("stable_baselines3")

from gymnasium.utils.env_checker import check_env
from stable_baselines3.common.env_checker import check_env as check_env_for_sb3

from domain.inference.maze import MAX_STEPS
from training.agents.environment import MazeEnv


@pytest.mark.parametrize("size", [5, 6, 10, 20])
def test_gymnasium_and_sb3_accept_the_environment(size: int) -> None:
    check_env(MazeEnv(size, 1), skip_render_check=True)
    check_env_for_sb3(MazeEnv(size, 1))


def test_starts_follow_the_seed() -> None:
    def starts(seed: int) -> list[object]:
        env = MazeEnv()
        first = env.reset(seed=seed)[1]["position"]
        return [first, *(env.reset()[1]["position"] for _ in range(20))]

    assert starts(3) == starts(3)
    assert starts(3) != starts(4)
    assert len(set(starts(3))) > 5


def test_an_episode_is_cut_off_after_200_steps() -> None:
    env = MazeEnv()
    env.reset(seed=0)
    for count in range(1, MAX_STEPS + 1):
        _, _, terminated, truncated, info = env.step(np.int64(0))
        assert not terminated
        assert truncated == (count == MAX_STEPS)
    assert info["is_success"] is False
