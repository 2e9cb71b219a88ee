"""Any environment can be watched: a real policy in a real environment, with its frames and the policy's outputs."""

import base64
import io
import json
from pathlib import Path

import gymnasium
import pytest
from PIL import Image

from domain.inference.watching import FrameView, WatchedStep
from tests.inference.conftest import Team
from tests.inference.engine import Engine, Viewer

FILES = Path(__file__).parents[1] / "policies" / "files"


def version(team: Team, file: str, env_id: str, **tags: str) -> str:
    """Registers a model of the team's, as Stable-Baselines3 wrote it."""
    return team.registry.version((FILES / f"{file}.onnx").read_bytes(), env_id=env_id, **tags)


@pytest.fixture(scope="module")
def cartpole(team: Team) -> str:
    return version(team, "cartpole_ppo", "CartPole-v1", env_spec=gymnasium.make("CartPole-v1").spec.to_json())


def picture(frame: FrameView) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(frame.webp)))


def test_an_episode_is_sent_with_frames_and_repeated_by_its_seed(viewer: Viewer, cartpole: str) -> None:
    first = WatchedStep.model_validate(viewer.reset(model=cartpole, seed=5))
    assert first.environment is not None
    assert (first.environment.env_id, first.environment.action_kind) == ("CartPole-v1", "discrete")
    assert (first.environment.steps_per_second, first.environment.most_steps) == (50, 500)
    assert (first.step, first.action, first.running, first.done) == (0, None, False, False)
    assert first.value is not None
    viewer.send_command("start", pace=2, side=320)
    received = [WatchedStep.model_validate(one) for one in viewer.steps()]
    last = received[-1]
    assert last.frame is not None
    assert picture(last.frame).size == (last.frame.width, last.frame.height)
    assert last.frame.width == 320
    assert last.cumulative_reward == last.step
    every = [one for step in received for one in [*(past.step for past in step.passed), step.step]]
    assert every == list(range(1, last.step + 1))
    assert len({step.frame.webp for step in received if step.frame}) > len(received) / 2
    viewer.send_command("start", pace=4)
    again = [WatchedStep.model_validate(one) for one in viewer.steps()]
    assert (again[0].step, again[0].episode) == (0, 1)
    assert (again[-1].step, again[-1].seed) == (last.step, 5)


def test_frames_are_sent_for_each_step_unless_hidden(viewer: Viewer, cartpole: str) -> None:
    viewer.reset(model=cartpole)
    viewer.send_command("step")
    received = viewer.next()
    assert (received["step"], received["running"], bool(received["frame"])) == (1, False, True)
    viewer.send_command("hide")
    viewer.send_command("step")
    assert viewer.next()["frame"] is None
    viewer.send_command("show")  # the omitted frame is sent at once
    assert (viewer.next()["step"], viewer.silence(0.3)) == (2, [])


def test_a_viewer_without_acknowledgements_gets_three_frames_and_then_the_last(viewer: Viewer, cartpole: str) -> None:
    first = viewer.reset(model=cartpole, seed=1)
    viewer.send_command("seen", seen=first["number"])
    viewer.send_command("start", pace=1)
    received = viewer.steps()
    with_frames = [one["number"] for one in received if one["frame"]]
    assert with_frames == [first["number"] + 1, first["number"] + 2, first["number"] + 3]
    assert received[-1]["done"]
    viewer.send_command("seen", seen=received[-1]["number"])
    caught_up = viewer.next()
    assert (caught_up["step"], caught_up["done"], bool(caught_up["frame"])) == (received[-1]["step"], True, True)


@pytest.mark.parametrize(
    ("file", "env_id", "kind"),
    [
        ("pendulum_sac", "Pendulum-v1", "continuous"),
        ("cartpole_lstm", "CartPole-v1", "discrete"),
        ("minigrid_cnn", "MiniGrid-Empty-5x5-v0", "discrete"),
    ],
)
def test_continuous_recurrent_and_image_policies_play(
    viewer: Viewer, team: Team, file: str, env_id: str, kind: str
) -> None:
    tags = {} if file != "minigrid_cnn" else {"env_spec": minigrid_spec(env_id)}
    received = viewer.reset(model=version(team, file, env_id, **tags))
    assert received["environment"]["action_kind"] == kind
    if kind == "continuous":
        assert (received["environment"]["low"], received["environment"]["high"]) == ([-2], [2])
        assert -2 <= received["next_action"][0] <= 2
    viewer.send_command("start", pace=4)
    assert viewer.next()["step"] > 0


def minigrid_spec(env_id: str) -> str:
    import minigrid.wrappers

    return str(minigrid.wrappers.ImgObsWrapper(gymnasium.make(env_id)).spec.to_json())


def test_a_failing_environment_is_reported_with_a_remedy(viewer: Viewer, team: Team, engine: Engine) -> None:
    missing = viewer.reset(model=version(team, "cartpole_ppo", "NoSuchThing-v3"))
    assert "NoSuchThing-v3" in missing["error"]
    assert "ENVIRONMENTS_FILE" in missing["remedy"]
    other = viewer.reset(model=version(team, "cartpole_ppo", "Pendulum-v1"))
    assert "error" in other
    hostile = json.dumps({"id": "CartPole-v1", "entry_point": "os:system", "kwargs": {"command": "true"}})
    assert "os:system" in viewer.reset(model=version(team, "cartpole_ppo", "CartPole-v1", env_spec=hostile))["error"]
    assert "Traceback" not in engine.log()
    assert viewer.reset(model=team.ppo)["step"] == 0


def test_viewers_of_the_same_seed_see_the_same_in_separate_environments(engine: Engine, cartpole: str) -> None:
    with engine.view() as viewer, engine.view() as other:
        first, second = viewer.reset(model=cartpole, seed=3), other.reset(model=cartpole, seed=3)
        assert first["frame"] == second["frame"]
        assert engine.health()["environments"] >= 2
