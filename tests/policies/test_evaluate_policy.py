"""Clew's returns equal Stable-Baselines3's own, seed by seed."""

from collections.abc import Iterator
from contextlib import closing

import pytest

pytest.importorskip("torch")

from domain.environments.source import EnvironmentSource
from domain.inference.evaluation import FIRST_HELD_OUT_SEED
from environments.known import KnownEnvironments
from environments.many import ManyEnvironments
from inference.measuring.playing import EpisodePlayer
from policies.general.general_policy import GeneralPolicy
from tests.policies import sb3_exports

SEEDS = range(FIRST_HELD_OUT_SEED, FIRST_HELD_OUT_SEED + 6)


@pytest.fixture(scope="module")
def known() -> Iterator[KnownEnvironments]:
    with closing(KnownEnvironments()) as started:
        yield started


@pytest.mark.parametrize(
    ("env_id", "name"),
    [("CartPole-v1", "cartpole_ppo"), ("Pendulum-v1", "pendulum_sac"), ("CartPole-v1", "cartpole_lstm")],
)
def test_returns_equal_those_of_sb3s_evaluate_policy(known: KnownEnvironments, env_id: str, name: str) -> None:
    make, export = sb3_exports.FILES[name]
    agent = make()
    source = EnvironmentSource(env_id=env_id)
    with (
        closing(ManyEnvironments(source, known, copies=4)) as copies,
        closing(GeneralPolicy.load(export(agent), copies.facts)) as policy,
    ):
        ours = EpisodePlayer(policy, copies, lambda _played: None).play(SEEDS)
    expected = [sb3_exports.episode_of(agent, seed) for seed in SEEDS]
    assert [one.seed for one in ours] == list(SEEDS)
    assert [one.length for one in ours] == [length for _total, length in expected]
    # Its environments hold rewards as float32.
    assert [one.total for one in ours] == pytest.approx([total for total, _length in expected], rel=1e-6)
