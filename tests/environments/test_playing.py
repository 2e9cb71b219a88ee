"""Episodes are the environment's own: observations, rewards, ends, success, pictures."""

import io
import time
from collections.abc import Callable

import gymnasium
import numpy as np
import pytest
from PIL import Image, ImageSequence

from domain.environments.normalisation import ObservationStatistics, PartStatistics
from domain.environments.source import EnvironmentSource
from domain.errors.environments.playing import ActionMisfit
from domain.inference.saved_episodes import EpisodeFormat
from environments.gymnasium_process import GymnasiumProcess
from environments.known import KnownEnvironments
from environments.many import ManyEnvironments

Make = Callable[..., GymnasiumProcess]


def test_observations_of_parts_have_names_and_success_follows_the_environments_file(make: Make) -> None:
    environment = make("Composite-v0", "windy")
    start = environment.reset(0)
    assert {name: values.tolist() for name, values in start.items()} == {
        "arm.joints": [0.0, 3.0],
        "goal": 6,
        "keys": [1, 0],
    }
    assert environment.facts.action_names == ("hand", "force")
    assert environment.facts.variants == ("windy",)
    outcomes = [environment.step(action) for action in ([0, 0], [1, 2], [1, 3])]
    assert [(one.reward, one.done, one.success) for one in outcomes] == [
        (0.5, False, None),
        (0.5, False, None),
        (0.5, True, True),
    ]


@pytest.mark.parametrize("action", [7, -1, 0.5, "left", [0, 1], None])
def test_an_invalid_action_is_refused_and_the_episode_continues(make: Make, action: object) -> None:
    environment = make("CartPole-v1")
    environment.reset(0)
    with pytest.raises(ActionMisfit, match="CartPole-v1 does not accept the action"):
        environment.step(action)  # type: ignore[arg-type]
    assert environment.step(1).reward == 1


def test_a_frame_is_the_image_that_the_environment_draws(make: Make) -> None:
    environment = make("CartPole-v1")
    environment.reset(3)
    frame = environment.render(300)
    assert frame is not None
    assert (frame.width, frame.height) == (300, 200)
    picture = Image.open(io.BytesIO(frame.webp))
    assert (picture.format, picture.size) == ("WEBP", (300, 200))
    env = gymnasium.make("CartPole-v1", render_mode="rgb_array")
    env.reset(seed=3)
    wanted = Image.fromarray(env.render()).resize((300, 200))
    assert np.abs(np.asarray(picture.convert("RGB"), int) - np.asarray(wanted, int)).mean() < 6
    env.close()


def test_copies_of_an_environment_play_as_separate_environments_would(known: KnownEnvironments) -> None:
    many = ManyEnvironments(EnvironmentSource(env_id="CartPole-v1"), known, copies=5)
    observation = many.reset(range(10, 15))["observation"]
    envs = [gymnasium.make("CartPole-v1") for _ in range(5)]
    alone = np.array([env.reset(seed=10 + copy)[0] for copy, env in enumerate(envs)])
    assert np.array_equal(observation, alone)
    after = many.step(np.array([1, 0]), copies=[4, 1])
    assert np.array_equal(after.observation["observation"], [envs[4].step(1)[0], envs[1].step(0)[0]])
    assert after.rewards.tolist() == [1, 1]
    assert not after.done.any()
    many.close()


def test_a_hundred_episodes_of_cartpole_take_seconds(known: KnownEnvironments) -> None:
    many = ManyEnvironments(EnvironmentSource(env_id="CartPole-v1"), known, copies=20)
    began, lengths, running = time.monotonic(), np.zeros(20), np.arange(20)
    many.reset(range(20))
    while len(running):
        after = many.step(np.zeros(len(running), int), copies=running.tolist())
        lengths[running] += after.rewards
        assert [one for one, done in zip(after.successes, after.done, strict=True) if done and one is not False] == []
        running = running[~after.done]
    assert 8 <= lengths.min() <= lengths.max() <= 11
    assert time.monotonic() - began < 60
    many.close()


def test_observations_come_normalised_by_the_trainings_statistics(known: KnownEnvironments) -> None:
    part = PartStatistics(mean=(1.0, 0, 0, 0), var=(4.0, 1, 1, 1e-12))
    statistics = ObservationStatistics(parts={"observation": part}, clip=5)
    plain = ManyEnvironments(EnvironmentSource(env_id="CartPole-v1"), known, 1)
    normal = ManyEnvironments(EnvironmentSource(env_id="CartPole-v1", statistics=statistics), known, 1)
    before, after = plain.reset([3])["observation"], normal.reset([3])["observation"]
    assert after[0, 0] == pytest.approx((before[0, 0] - 1) / 2, abs=1e-6)
    assert abs(after[0, 3]) == 5
    assert (after.dtype, normal.facts.observation_space.low) == (np.float32, -5)  # type: ignore[union-attr]
    plain.close()
    normal.close()


def test_a_watched_episode_is_drawn_again_from_its_seed_and_actions(known: KnownEnvironments) -> None:
    source, actions = EnvironmentSource(env_id="CartPole-v1"), [0, 1, 1, 0, 1]
    environment = ManyEnvironments(source, known, copies=1)
    for form in EpisodeFormat:
        total, content = environment.animate(4, actions, form, 150, 60)
        picture = Image.open(io.BytesIO(content))
        assert (total, picture.format, picture.size, form.fits(content)) == (5, form.upper(), (150, 100), True)
        shown = []
        for frame in ImageSequence.Iterator(picture):
            frame.load()  # WebP gives the duration only after that
            shown.append(frame.info["duration"])
        assert sum(shown) == 20 * (len(actions) + 1)  # 50 a second, as the environment states; equal ones are one frame
    environment.close()
