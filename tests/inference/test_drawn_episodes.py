"""An episode is played and drawn again from its seed: the same each time."""

import io
import urllib.request
from pathlib import Path

from PIL import Image

from tests.inference.conftest import Team
from tests.inference.engine import Engine

FILES = Path(__file__).parents[1] / "policies" / "files"


def drawn(engine: Engine, model_id: str, seed: int, form: str = "webp") -> bytes:
    address = f"http://127.0.0.1:{engine.port}/episodes/{model_id}?seed={seed}&format={form}"
    request = urllib.request.Request(address, method="POST")
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert answer.headers["Content-Type"] == f"image/{form}"
        content: bytes = answer.read()
    return content


def test_an_episode_of_cartpole_is_a_reproducible_animation(engine: Engine, team: Team) -> None:
    model_id = team.registry.version((FILES / "cartpole_ppo.onnx").read_bytes(), env_id="CartPole-v1")
    content = drawn(engine, model_id, 3)
    picture = Image.open(io.BytesIO(content))
    assert (picture.format, picture.size) == ("WEBP", (480, 320))
    assert getattr(picture, "n_frames", 1) > 5
    assert drawn(engine, model_id, 3) == content
    assert drawn(engine, model_id, 4) != content
    assert drawn(engine, model_id, 3, "gif").startswith(b"GIF8")


def test_an_episode_that_cannot_be_drawn_is_refused_with_a_reason(engine: Engine, team: Team) -> None:
    maze = team.registry.version()
    robot = team.registry.version((FILES / "cartpole_ppo.onnx").read_bytes(), env_id="OurRobot-v3")
    pendulum = team.registry.version((FILES / "cartpole_ppo.onnx").read_bytes(), env_id="Pendulum-v1")
    for path, status, code in (
        (f"/episodes/{maze}?seed=1", 400, "only-maze-episodes"),
        (f"/episodes/{robot}?seed=1", 422, "environment-missing"),
        (f"/episodes/{pendulum}?seed=1", 422, "policy-refused"),
        (f"/episodes/{maze}?seed=x", 422, "contract-misfit"),
        (f"/episodes/{maze}?seed=1&format=mp4", 422, "contract-misfit"),
        (f"/episodes/{maze}", 422, "contract-misfit"),
        ("/episodes/no-such-model?seed=1", 404, "not-found-there"),
    ):
        answered, answer = engine.call("POST", path)
        assert (answered, answer["code"]) == (status, code), answer
