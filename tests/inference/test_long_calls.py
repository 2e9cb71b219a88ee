"""A call that takes long is reported to its viewer, whose page would otherwise take the socket for dead."""

import re
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from domain.environments.environments_file import read_environments
from domain.errors.environments.failures import EnvironmentFailed
from domain.inference.saved_episodes import EpisodeFormat
from environments.known import KnownEnvironments
from inference import episodes
from inference.clew_models import ClewModels
from inference.episodes import EpisodeRenderer
from inference.viewers.long_calls import POLL_SECONDS, REPORT_SECONDS
from services.inference_engine import DRAW_SECONDS
from tests.inference.conftest import Start, Team
from tests.inference.engine import ROOT, Engine, Viewer
from tests.inference.test_watching import version

CALLS = ("make", "reset", "step", "render")
ENTRY = """
[[environments]]
id = "{id}"
entry_point = "slow_environments:SlowCartPole"
max_episode_steps = 500
kwargs = {{ slow = "{call}", seconds = {seconds}, before = {before} }}
success = "terminated"
call_seconds = {limit}
make_seconds = {limit}
"""


def entries() -> str:
    """Returns an operator's file with environments of which one call hangs, or takes long."""
    hanging = [entry(f"Hangs-{call}-v0", call, 1000) for call in CALLS]
    slow = [entry(f"Slow-{call}-v0", call, 5, limit=30) for call in CALLS]
    patient = [entry(f"Hangs-{call}-v1", call, 1000, limit=30) for call in CALLS]
    folder = Path(__file__).parents[1] / "environments" / "packages"
    late = entry("Hangs-later-v0", "step", 1000, before=3)
    return f'paths = ["{folder}"]\n' + "".join([*hanging, *slow, *patient, late])


def entry(env_id: str, call: str, seconds: float, *, limit: float = 3, before: int = 0) -> str:
    return ENTRY.format(id=env_id, call=call, seconds=seconds, limit=limit, before=before)


@pytest.fixture(scope="module")
def slow_engine(start: Start, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    file = tmp_path_factory.mktemp("environments") / "environments.toml"
    file.write_text(entries())
    return start(ENVIRONMENTS_FILE=str(file))


def until_the_end_of(call: str, viewer: Viewer, model_id: str) -> tuple[list[float], dict[str, object]]:
    """Makes the viewer come to that call; returns the moments of reports, and the first message after them."""
    viewer.send_command("reset", model=model_id)
    moments, message = viewer.reports()
    if call == "step":
        assert message["step"] == 0
        viewer.send_command("start")
        moments, message = viewer.reports()
    return moments, message


def test_a_long_call_is_reported_before_a_page_gives_up() -> None:
    script = (ROOT / "assets" / "inference_stream.js").read_text()
    found = re.search(r"const SILENT_MS = (\d+);", script)
    assert found is not None
    longest_between_steps = 2.0
    assert longest_between_steps + REPORT_SECONDS + POLL_SECONDS < int(found[1]) / 1000


@pytest.mark.parametrize("call", ["make", "step"])
def test_a_call_that_hangs_is_reported_to_the_viewer_until_it_fails(slow_engine: Engine, team: Team, call: str) -> None:
    with slow_engine.view() as viewer:
        moments, message = until_the_end_of(call, viewer, version(team, "cartpole_ppo", f"Hangs-{call}-v0"))
        assert message.get("error") == (
            f"Hangs-{call}-v0: Its {call} did not return within 10 s by the clock, so it was ended."
        )
        assert len(moments) >= 3
        assert viewer.silence(REPORT_SECONDS + 2 * POLL_SECONDS) == []


@pytest.mark.parametrize("call", ["reset", "render"])
def test_a_call_that_takes_long_is_reported_to_the_viewer_until_it_returns(
    slow_engine: Engine, team: Team, call: str
) -> None:
    with slow_engine.view() as viewer:
        moments, message = until_the_end_of(call, viewer, version(team, "cartpole_ppo", f"Slow-{call}-v0"))
        assert "error" not in message, message
        assert message["step"] == 0
        assert moments


def test_a_policy_that_takes_long_is_reported_to_the_viewer(viewer: Viewer, team: Team, engine: Engine) -> None:
    before = {child.pid for child in engine.children()}
    viewer.reset(model=team.registry.version())
    (child,) = (one for one in engine.children() if one.pid not in before)
    psutil.Process(child.pid).suspend()
    viewer.send_command("start", speed=1)
    moments, message = viewer.reports()
    assert message["error"] == "The policy did not answer within 10 s by the clock and was stopped."
    assert len(moments) >= 3


@pytest.fixture
def drawing(clew: str) -> Iterator[EpisodeRenderer]:
    known = KnownEnvironments(read_environments(entries()))
    with closing(known):
        yield EpisodeRenderer(ClewModels(clew), known)


@pytest.mark.parametrize("call", ["make", "step"])
def test_drawing_an_episode_ends_before_its_client_gives_up(
    drawing: EpisodeRenderer, team: Team, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert episodes.MAX_SECONDS < DRAW_SECONDS
    monkeypatch.setattr(episodes, "MAX_SECONDS", 8.0)
    model_id, began = version(team, "cartpole_ppo", f"Hangs-{call}-v1"), time.monotonic()
    with pytest.raises(EnvironmentFailed) as failed:
        drawing.animated(model_id, 0, EpisodeFormat.WEBP)
    assert str(failed.value) == f"Hangs-{call}-v1: Its episode was not drawn within 8 s."
    assert time.monotonic() - began < 60
