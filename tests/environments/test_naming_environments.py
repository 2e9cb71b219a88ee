"""A model's statements about its environment are followed if they name installed things, and never as code."""

import json
from collections.abc import Callable
from typing import Any

import gymnasium
import numpy as np
import pytest

from domain.environments.source import EnvironmentSource
from domain.errors.environments.failures import EnvironmentMissing, EnvironmentRefused
from environments.gymnasium_process import GymnasiumProcess
from environments.known import KnownEnvironments

Make = Callable[..., GymnasiumProcess]
CARTPOLE = "gymnasium.envs.classic_control.cartpole:CartPoleEnv"


def spec(env_id: str = "CartPole-v1", **changed: Any) -> str:
    return json.dumps(json.loads(gymnasium.spec(env_id).to_json()) | changed)


def wrapper(entry_point: str, kwargs: Any = None) -> dict[str, Any]:
    return {"name": entry_point.split(":")[-1], "entry_point": entry_point, "kwargs": kwargs}


def test_a_gymnasium_spec_recreates_the_same_environment(make: Make) -> None:
    env = gymnasium.wrappers.FrameStackObservation(gymnasium.make("CartPole-v1", sutton_barto_reward=True), 3)
    environment = make("CartPole-v1", spec=env.spec.to_json())
    assert environment.facts.observation_space.shape == (3, 4)
    ours, theirs = environment.reset(7), env.reset(seed=7)[0]
    for action in (0, 1, 1, 0):
        assert np.array_equal(ours["observation"], theirs)
        after = environment.step(action)
        theirs, reward, *_ = env.step(action)
        ours = after.observation
        assert after.reward == reward


REFUSED = {
    "os:system": (None, "This is not the id of an environment"),
    "": (None, "This is not the id of an environment"),
    "a megabyte": (spec(kwargs={"x": "y" * 2**20}), "longer than 64 KiB"),
    "no JSON": ("{", "not as Gymnasium writes it"),
    "too deep": (spec(kwargs={"x": "DEEP"}).replace('"DEEP"', "[" * 9_000 + "]" * 9_000), "not as Gymnasium writes it"),
    "other code": (spec(entry_point="os:system"), "names the code os:system"),
    "other vector code": (spec(vector_entry_point="os:system"), "names the code os:system"),
    "an id with a module": (spec(id="os:CartPole-v1"), "not the id of an environment"),
    "a wrapper of nobody's": (spec(additional_wrappers=[wrapper("os:system", {})]), "names the wrapper os:system"),
    "one beside Gymnasium's": (
        spec(additional_wrappers=[wrapper("gymnasium.wrappers.evil:System", {})]),
        "names the wrapper gymnasium.wrappers.evil:System",
    ),
    "what is no wrapper": (
        spec(additional_wrappers=[wrapper("minigrid.wrappers:os", {})]),
        "names the wrapper minigrid.wrappers:os",
    ),
    "arguments that nobody kept": (
        spec(additional_wrappers=[wrapper("minigrid.wrappers:RGBImgObsWrapper")]),
        "does not contain the arguments of the wrapper minigrid.wrappers:RGBImgObsWrapper",
    ),
    "statistics that nobody kept": (
        spec(additional_wrappers=[wrapper("gymnasium.wrappers:NormalizeObservation", {})]),
        "normalises by statistics from the training",
    ),
    "a path": (spec(kwargs={"config": {"file": "/etc/passwd"}}), "argument config.file names a file or code"),
    "a dotted name": (spec(kwargs={"policy": ["os.system"]}), "argument policy names a file or code"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_spec_that_names_foreign_code_is_refused(make: Make, what: str) -> None:
    text, sentence = REFUSED[what]
    with pytest.raises(EnvironmentRefused) as refused:
        make(what if text is None else None, spec=text)
    assert sentence in str(refused.value)


MISSING = {
    "Nowhere-v7": "No installed package registers it",
    "CartPole-v77": "No installed package registers it",
    "Absent-v0": "It needs the package nowhere_to_be_found, which is not installed here.",
    "FetchReach-v4": "It needs the package gymnasium_robotics, which is not installed here.",
}


@pytest.mark.parametrize("env_id", MISSING)
def test_missing_packages_are_named(make: Make, env_id: str) -> None:
    with pytest.raises(EnvironmentMissing) as missing:
        make(env_id)
    assert str(missing.value).startswith(f"{env_id}: ")
    assert MISSING[env_id] in str(missing.value)


def test_wrappers_that_only_record_or_display_are_left_out(make: Make) -> None:
    left_out = [
        wrapper("gymnasium.wrappers.rendering:RecordVideo", {"video_folder": "/tmp/videos"}),
        wrapper("stable_baselines3.common.monitor:Monitor"),
    ]
    environment = make("CartPole-v1", spec=spec(additional_wrappers=left_out))
    assert environment.facts.observation_space.shape == (4,)


def test_minigrid_and_atari_environments_are_found_and_name_their_actions(make: Make) -> None:
    grid = make("MiniGrid-Empty-5x5-v0")
    assert set(grid.reset(0)) == {"direction", "image"}
    assert grid.facts.action_names is not None
    assert grid.facts.action_names[:3] == ("left", "right", "forward")
    assert grid.facts.success == "positive_reward"
    assert make("ALE/Pong-v5").facts.action_names == ("noop", "fire", "right", "left", "rightfire", "leftfire")


def test_invalid_normalisation_statistics_are_refused_by_field(known: KnownEnvironments) -> None:
    with pytest.raises(EnvironmentRefused, match=r"CartPole-v1: The statistics .* are invalid \(parts\)"):
        EnvironmentSource.named("CartPole-v1", None, '{"mean": [1]}')
    part = {"mean": [0, 0], "var": [1, 1]}
    source = EnvironmentSource.named("CartPole-v1", None, json.dumps({"parts": {"observation": part}}))
    assert source.statistics is not None
    with pytest.raises(EnvironmentRefused, match=r"are invalid \(observation\)"):
        known.facts_of(source)
