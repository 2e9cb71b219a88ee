"""Trainings in environments of Gymnasium: MLflow's content afterwards, the export, and continuing."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

import gymnasium
import numpy as np
from gymnasium.envs.registration import EnvSpec
from mlflow.entities import Run
from mlflow.entities.model_registry import ModelVersion
from mlflow.tracking import MlflowClient
from numpy.typing import NDArray
from PIL import Image

from domain.environments.source import EnvironmentSource
from domain.errors import BadInput
from domain.inference.policies import PolicyGraph
from domain.trainings.environments.requests import ENVIRONMENT_REQUEST, EnvironmentRequest
from environments.known import KnownEnvironments
from policies.general.checking import check_general_policy
from training.agents.build import build_agent
from training.agents.episodes import EpisodeCallback
from training.agents.making import EnvironmentMaker
from training.checkpoints.restore import restore_checkpoint
from training.checkpoints.save import save_checkpoint
from training.jobs import TrainingJob, model_name
from training.models.export import export_policy, load_any_policy
from training.models.measuring import measure
from training.models.observing import Observations, as_given
from training.stopping import StopRequest
from training.tracking.server import TrackingServer
from training.train import train

ROOT = Path(__file__).parents[2]
SHORT = {"n_steps": 64, "batch_size": 64, "n_envs": 2, "n_epochs": 2, "steps": 600}


def request(algorithm: str, env_id: str, **values: Any) -> EnvironmentRequest:
    return ENVIRONMENT_REQUEST.validate_python({"algorithm": algorithm, "env_id": env_id, **values})


def run_of(client: MlflowClient, experiment: str) -> Run:
    found = client.get_experiment_by_name(experiment)
    assert found is not None
    (run,) = client.search_runs([found.experiment_id])
    return run


@pytest.fixture(scope="module")
def trained(client: MlflowClient, server: TrackingServer) -> Run:
    job = TrainingJob(request=request("PPO", "CartPole-v1", seed=3, **SHORT), experiment="cartpole-under-test")
    assert train(job, server, model_name(job, "of-the-maze"), StopRequest()) == "FINISHED"
    return run_of(client, "cartpole-under-test")


def test_a_run_has_clews_metrics_and_those_of_sb3(trained: Run, client: MlflowClient) -> None:
    kept = trained.data
    assert {"episode_reward", "episode_length", "loss", "eval/mean_return", "eval/mean_length"} <= set(kept.metrics)
    assert {"rollout/ep_rew_mean", "train/loss", "train/learning_rate", "time/fps"} <= set(kept.metrics)
    assert "success_rate" not in kept.metrics  # CartPole reports none
    assert [point.step for point in client.get_metric_history(trained.info.run_id, "train/loss")][:2] == [256, 384]
    expected = {"algorithm": "PPO", "env_id": "CartPole-v1", "seed": "3", "steps": "600", "setting": "own"}
    assert expected.items() <= kept.params.items()
    spec = EnvSpec.from_json(kept.tags["env_spec"])
    assert (spec.id, spec.max_episode_steps, kept.tags["env_id"]) == ("CartPole-v1", 500, "CartPole-v1")


def checked_as_by_clew(file: Path, version: ModelVersion) -> PolicyGraph:
    """Returns the facts of a version's file after the check for an activation."""
    known = KnownEnvironments()
    try:
        source = EnvironmentSource(env_id=version.tags["env_id"], env_spec=version.tags["env_spec"])
        facts = known.facts_of(source)
    finally:
        known.close()
    return check_general_policy(file.read_bytes(), facts, version.tags["policy_signature"])


def test_the_registered_version_passes_the_activation_check(trained: Run, client: MlflowClient, tmp_path: Path) -> None:
    (version,) = client.search_model_versions(f"run_id = '{trained.info.run_id}'")
    assert (version.name, client.get_registered_model("cartpole").tags["clew.model"]) == ("cartpole", "true")
    assert float(version.tags["mean_return"]) == trained.data.metrics["eval/mean_return"]
    assert version.tags["env_spec"] == trained.data.tags["env_spec"]
    assert "stopped" not in version.tags
    file = Path(client.download_artifacts(trained.info.run_id, "model/policy.onnx", str(tmp_path)))
    graph = checked_as_by_clew(file, version)
    assert json.loads(version.tags["policy_signature"])["outputs"].keys() == {output.name for output in graph.outputs}
    again = measure(load_any_policy(file), EnvironmentMaker("CartPole-v1"), lambda: None)
    assert again is not None
    assert again.mean_return == float(version.tags["mean_return"])


def test_an_animation_of_the_policy_is_logged(trained: Run, client: MlflowClient, tmp_path: Path) -> None:
    (film,) = client.list_artifacts(trained.info.run_id, "videos")
    with Image.open(client.download_artifacts(trained.info.run_id, film.path, str(tmp_path))) as picture:
        assert (picture.format, film.path.partition("step_")[2]) == ("WEBP", "640.webp")
        assert 5 < getattr(picture, "n_frames", 1) <= 300


def test_observations_of_parts_and_texts_are_learned_from(
    client: MlflowClient, server: TrackingServer, tmp_path: Path
) -> None:
    training_request = request("PPO", "MiniGrid-Empty-5x5-v0", **SHORT | {"steps": 200})
    job = TrainingJob(request=training_request, experiment="minigrid-under-test")
    assert train(job, server, model_name(job, "of-the-maze"), StopRequest()) == "FINISHED"
    run = run_of(client, "minigrid-under-test")
    (version,) = client.search_model_versions(f"run_id = '{run.info.run_id}'")
    assert "success_rate" in version.tags
    file = Path(client.download_artifacts(run.info.run_id, "model/policy.onnx", str(tmp_path)))
    graph = checked_as_by_clew(file, version)
    assert {one.name for one in graph.inputs} == {"observation/direction", "observation/image"}


def test_an_atari_game_is_learned_as_the_docs_describe(
    client: MlflowClient, server: TrackingServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.models.measuring.MAX_SECONDS", 0.0)
    recipe = (ROOT / "docs" / "examples" / "atari.toml").read_text()
    short = tmp_path / "environments.toml"
    short.write_text(recipe.replace("frameskip = 1,", "frameskip = 1, max_num_frames_per_episode = 160,"))
    training_request = request("PPO", "ALE/Pong-v5", n_steps=64, batch_size=32, n_envs=1, n_epochs=1, steps=64)
    job = TrainingJob(request=training_request, experiment="pong-under-test", environments_file=short)
    assert train(job, server, model_name(job, "of-the-maze"), StopRequest()) == "FINISHED"
    (version,) = client.search_model_versions(f"run_id = '{run_of(client, 'pong-under-test').info.run_id}'")
    assert (version.name, version.tags["eval_episodes"]) == ("ale-pong", "10")
    file = Path(client.download_artifacts(version.run_id, "model/policy.onnx", str(tmp_path)))
    (frames,) = checked_as_by_clew(file, version).inputs
    assert (frames.dtype, frames.shape[1:]) == ("uint8", (4, 84, 84))


class Pictures(gymnasium.Env):  # type: ignore[misc]  # untyped to mypy
    """Shows images, and takes several actions at once."""

    observation_space = gymnasium.spaces.Box(0, 255, (40, 44, 3), np.uint8)
    action_space = gymnasium.spaces.MultiDiscrete([2, 3])

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        return self.observation_space.sample(), {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        return self.observation_space.sample(), 0.0, False, False, {}


class Parts(Pictures):
    """Shows observations of all kinds, including texts, and an image that is too small for convolutions."""

    observation_space = gymnasium.spaces.Dict(
        arm=gymnasium.spaces.Box(-1, 1, (2, 3), np.float64),
        camera=gymnasium.spaces.Box(0, 255, (40, 44, 3), np.uint8),
        gears=gymnasium.spaces.MultiDiscrete([2, 3]),
        grip=gymnasium.spaces.Discrete(3),
        icon=gymnasium.spaces.Box(0, 255, (7, 7, 3), np.uint8),
        lamps=gymnasium.spaces.MultiBinary(2),
        task=gymnasium.spaces.Text(20),
        values=gymnasium.spaces.Box(0, 255, (4,), np.uint8),
    )
    action_space = gymnasium.spaces.Box(-2, 3, (2,), np.float32)


class Gears(Pictures):
    """Shows several choices."""

    observation_space = gymnasium.spaces.MultiDiscrete([2, 3])
    action_space = gymnasium.spaces.Discrete(2)


class Nested(Pictures):
    """Shows parts of parts."""

    observation_space = gymnasium.spaces.Dict(arm=gymnasium.spaces.Dict(left=gymnasium.spaces.Discrete(2)))


for kind in (Pictures, Parts, Gears, Nested):
    gymnasium.register(f"{kind.__name__}-v0", kind)
MADE = [
    ("PPO", "Pendulum-v1", {"normalize": True, "n_envs": 1, "n_steps": 64}, {"actions": (2, 1), "values": (2, 1)}),
    ("SAC", "Pendulum-v1", {}, {"actions": (2, 1)}),
    ("DQN", "CartPole-v1", {}, {"q_values": (2, 2)}),
    ("PPO", "FrozenLake-v1", {"n_envs": 2}, {"action_probabilities": (2, 4), "values": (2, 1)}),
    ("PPO", "Pictures-v0", {"n_envs": 1}, {"logits": (2, 5), "values": (2, 1)}),
    ("PPO", "Parts-v0", {"n_envs": 1}, {"actions": (2, 2), "values": (2, 1)}),
    ("SAC", "Parts-v0", {"buffer_size": 100}, {"actions": (2, 2)}),
    ("DQN", "Gears-v0", {}, {"q_values": (2, 2)}),
    ("DQN", "MiniGrid-Empty-5x5-v0", {"buffer_size": 100}, {"q_values": (2, 7)}),
]


@pytest.mark.parametrize(("algorithm", "env_id", "values", "shapes"), MADE, ids=lambda one: str(one)[:16])
def test_the_export_acts_as_the_policy(
    algorithm: str, env_id: str, values: dict[str, Any], shapes: dict[str, tuple[int, ...]], tmp_path: Path
) -> None:
    agent = build_agent(request(algorithm, env_id, **values))
    if values.get("normalize"):
        agent.learn(64)  # so that there are a mean and a spread
    infer = load_any_policy(export_policy(agent, tmp_path / "policy.onnx"))  # it is compared with the policy there
    space = agent.get_env().envs[0].observation_space
    seen = as_given(space, [space.sample() for _ in range(2)])
    assert {name: answer.shape for name, answer in infer(seen).items()} == shapes


@pytest.mark.parametrize(
    ("algorithm", "env_id", "values", "message"),
    [
        ("PPO", "Nowhere-v3", {}, "env_id: Nowhere-v3: No installed package registers it"),
        ("PPO", "Blackjack-v1", {}, "env_id: Its space of the kind tuple"),
        ("PPO", "Nested-v0", {}, "env_id: Its observations have nested parts within the part “arm”"),
        ("DQN", "Pictures-v0", {}, "algorithm: chooses one action at a time"),
        (
            "DQN",
            "ALE/Pong-v5",
            {"buffer_size": 1_000_000},
            "buffer_size: would take [0-9.]+ GiB for the observations of ALE/Pong-v5",
        ),
        ("SAC", "Taxi-v4", {}, "algorithm: chooses continuous actions, but Taxi-v4 has discrete ones"),
        ("PPO", "Taxi-v4", {"use_sde": True}, "use_sde: is for continuous actions"),
        ("PPO", "Taxi-v4", {"normalize": True}, "normalize: is for numeric observations"),
    ],
)
def test_an_unsuitable_environment_is_refused_by_its_field(
    algorithm: str, env_id: str, values: dict[str, Any], message: str
) -> None:
    with pytest.raises(BadInput, match=message):
        build_agent(request(algorithm, env_id, **values))


class Endless(Pictures):
    """Never ends an episode."""

    action_space = gymnasium.spaces.Discrete(2)


def test_after_a_stop_request_the_measurement_is_cut_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.models.measuring.STOPPED_SECONDS", 0.2)
    stop = StopRequest()
    stop._set(signal.SIGINT, None)

    def left(_seen: Observations) -> dict[str, NDArray[np.float32]]:
        return {"q_values": np.array([[1.0, 0.0]], np.float32)}

    assert measure(left, Endless, lambda: None, stop=stop) is None
    found = measure(left, EnvironmentMaker("CartPole-v1"), lambda: None, stop=stop)
    assert found is not None
    assert found.mean_length < 15


class Silent:
    """Receives a training's progress and ignores it."""

    def metric(self, key: str, value: float, step: int) -> None:
        pass

    def stepped(self, callback: EpisodeCallback) -> None:
        pass

    def between_updates(self, callback: EpisodeCallback) -> None:
        pass


def learning(job: TrainingJob) -> EpisodeCallback:
    """Returns a new agent for a job, and the callback that counts its steps."""
    callback = EpisodeCallback(job.episodes, Silent(), lambda _: False, steps=job.steps, steps_each=None)
    callback.init_callback(build_agent(job.request))
    return callback


@pytest.mark.parametrize(
    ("algorithm", "values"),
    [
        ("SAC", {"learning_starts": 50, "batch_size": 16, "train_freq": 100, "gradient_steps": 2, "net_arch": "16"}),
        ("PPO", {"normalize": True, "n_envs": 1, "n_steps": 50, "batch_size": 50, "n_epochs": 1}),
    ],
)
def test_a_training_goes_on_from_a_checkpoint(algorithm: str, values: dict[str, Any], tmp_path: Path) -> None:
    job = TrainingJob(request=request(algorithm, "Pendulum-v1", steps=300, **values))
    first, second = learning(job), learning(job)
    first.model.learn(300, first)
    save_checkpoint(tmp_path, first.model, first, job, "a run")
    restore_checkpoint(second.model, second, job, tmp_path, "a run")
    assert (second.finished, second.model.num_timesteps, second.is_done) == (1, 300, True)
    seen = np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)
    before, after = (one.model.predict(seen, deterministic=True)[0] for one in (first, second))
    assert np.array_equal(before, after)
    learned, known = (one.model.get_vec_normalize_env() for one in (first, second))
    if learned is not None:
        assert np.allclose(learned.obs_rms.mean, known.obs_rms.mean, atol=0.05)  # one more start is counted
    second.model.learn(100, second, reset_num_timesteps=False)
    assert second.model.num_timesteps == 400
    longer = TrainingJob(request=request(algorithm, "CartPole-v1" if algorithm == "PPO" else "Pendulum-v1", steps=300))
    with pytest.raises(BadInput, match=r"^(net_arch|env_id): should be .*, as in the checkpoint"):
        restore_checkpoint(second.model, second, longer, tmp_path, "another run")


def test_a_replay_buffer_of_parts_goes_on_from_a_checkpoint(tmp_path: Path) -> None:
    values = {"learning_starts": 20, "batch_size": 8, "train_freq": 10, "buffer_size": 100, "net_arch": "16"}
    job = TrainingJob(request=request("SAC", "Parts-v0", steps=200, **values))
    first, second = learning(job), learning(job)
    first.model.learn(30, first)
    save_checkpoint(tmp_path, first.model, first, job, "a run")
    restore_checkpoint(second.model, second, job, tmp_path, "a run")
    kept, found = first.model.replay_buffer, second.model.replay_buffer
    assert (found.pos, found.full) == (kept.pos, kept.full) == (30, False)
    assert found.observations.keys() == {"arm", "camera", "gears", "grip", "icon", "lamps", "values"}
    for name, array in kept.next_observations.items():
        assert np.array_equal(found.next_observations[name][:30], array[:30])
