"""The inference page: a model walks through the maze, on a real engine, in a real browser."""

import time
from collections.abc import Callable, Iterator

import pytest
from dash.testing.browser import Browser

from app import create_app
from services.connect import connect
from settings.settings import Settings
from tests.browser.page import Page
from tests.inference.conftest import Team, _bare_environment
from tests.inference.engine import Engine, listening
from tests.tracking import Tracking

Open = Callable[[str], Page]


@pytest.fixture(scope="module")
def team(tracking: Tracking) -> Team:
    """Registers a PPO policy for the 10×10 maze, which is active, and a DQN policy for the 5×5 one."""
    team = Team(tracking)
    team.activate(team.ppo)
    return team


@pytest.fixture(scope="module")
def engine(team: Team, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Starts an engine and the Clew that it uses."""
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        mlflow_tracking_uri=team.registry.tracking.address,  # type: ignore[arg-type]
        cache_dir=tmp_path_factory.mktemp("cache"),
        model_name=team.registry.name,
        model_names=team.registry.name,
    )
    with listening(create_app(settings, connect(settings)).server) as address:
        engine = Engine(tmp_path_factory.mktemp("engine"), _bare_environment(), address, {})
        yield engine
        engine.end()


@pytest.fixture
def visit(dash_br: Browser, serve: Callable[..., str], team: Team, engine: Engine) -> Iterator[Open]:
    """Opens an address of a Clew with that engine."""
    address = serve(team.registry.tracking.address, model_name=team.registry.name, inference_port=engine.port)
    page = Page(dash_br.driver, address)

    def visit(path: str) -> Page:
        page.open(path)
        return page

    yield visit
    assert page.console_errors() == []


def fact(page: Page, name: str, side: str = "a") -> str:
    return page.text(f"#walk-section-{side} [data-part='{name}']")


def arrows(page: Page, side: str = "a") -> int:
    return len(page.all(f"#walk-board-{side} .maze-seen path"))


def test_try_it_activates_and_shows_the_agent_reach_the_goal(visit: Open, team: Team) -> None:
    page = visit(f"/models/{team.ppo}")
    page.wait(lambda: page.find("#model-try").is_enabled())
    page.click("#model-try")
    # Its file is checked, the engine waits for what is only starting, and then it walks for five seconds.
    page.wait_for_text("goal reached", "#walk-section-a", 180)
    assert (page.text("#walk-title-a"), fact(page, "cumulative")) == (f"Model {team.ppo} active", "0.83")
    # Each visited cell has an arrow, even if the page missed some messages.
    assert arrows(page) == int(fact(page, "step")) + 1 == 19
    titles = page.script("return [...document.querySelectorAll('.maze-seen title')].map(t => t.textContent)")
    assert all("up 0." in title and "←" in title for title in titles)
    drawn = "return document.querySelector('#inference-chart .js-plotly-plot').data[0].x.length"
    page.wait(lambda: page.script(drawn) == 19)
    assert page.text("#walk-badge-a") == "connected"
    page.wait(lambda: " ms" in fact(page, "latency") and " ms" in fact(page, "delay"))


def step_at_rest(page: Page) -> str | None:
    """Returns the step if it has not changed for a second; None if it has: messages may still be on their way."""
    seen = fact(page, "step")
    time.sleep(1)
    return seen if fact(page, "step") == seen else None


def test_stop_stops_and_reset_restores(visit: Open, team: Team) -> None:
    page = visit(
        f"/inference?model={team.dqn}&size=20&seed=1&speed=2"
    )  # 100 s of steps: it still walks even if the click comes late
    page.wait_for_text("stopped", "#walk-section-a")
    assert page.text("#walk-title-a") == f"Model {team.dqn} not active"
    assert len(page.all("#walk-board-a g")) == 400
    page.click("#inference-play")
    page.wait(lambda: int(fact(page, "step")) >= 3)
    page.click("#inference-stop")
    page.wait_for_text("stopped", "#walk-section-a")
    stopped_at = page.wait(lambda: step_at_rest(page))
    time.sleep(6)  # longer than a walk may be silent
    assert (fact(page, "step"), page.text("#walk-badge-a")) == (stopped_at, "connected")
    page.click("#inference-reset")
    page.wait(lambda: (fact(page, "step"), arrows(page)) == ("0", 1))


def test_two_models_walk_the_same_maze(visit: Open, team: Team) -> None:
    page = visit(f"/inference?model={team.ppo}&versus={team.dqn}&size=10&speed=10&play=1")
    page.wait_for_text("goal reached", "#walk-section-a")
    page.wait(lambda: int(fact(page, "step", "b")) > 5)
    walls = "return [...document.querySelectorAll('#walk-board-{} g')].map(g => g.classList[0]).join()"
    assert page.script(walls.format("a")) == page.script(walls.format("b"))
    assert (fact(page, "latency", "b") != "–", page.text("#walk-title-b")) == (True, f"Model {team.dqn} not active")


def test_an_invalid_address_is_reported_and_the_rest_is_shown(visit: Open) -> None:
    page = visit("/inference?size=99&speed=fast&seed=2")
    page.wait_for_text("“size”")
    assert "“speed”" in page.text("#main")
    page.wait_for_text("stopped", "#walk-section-a")
    assert page.find("#inference-seed").get_attribute("value") == "2"


def test_an_unknown_model_is_reported(visit: Open) -> None:
    page = visit("/inference?model=4711")
    page.wait_for_text("4711", "#walk-trouble-a")


def test_an_evaluation_is_reported_and_kept_with_the_model(visit: Open, team: Team) -> None:
    page = visit(f"/inference?model={team.ppo}")
    page.wait_for_text("stopped", "#walk-section-a")
    page.click("#evaluation-start")
    page.wait_for_text("Saved with the model.", "#evaluation-report")
    rows = page.script("return [...document.querySelectorAll('#evaluation-report tbody tr')].map(r => r.innerText)")
    assert [row.split("\t")[0] for row in rows] == ["the maze it was trained on", "mazes it never saw"]
    page.open(f"/models/{team.ppo}")
    page.wait_for_text("Measured by Clew: " + rows[0].split("\t")[1], "#model-facts")


def test_a_crashed_policy_is_reported_and_reset_restarts_it(visit: Open, engine: Engine, team: Team) -> None:
    page = visit(f"/inference?model={team.ppo}&speed=10")
    page.wait_for_text("stopped", "#walk-section-a")
    for child in engine.children():
        child.kill()
    page.click("#inference-play")
    page.wait_for_text("crashed", "#walk-trouble-a")

    def is_restarted() -> bool:
        page.click("#inference-reset")
        time.sleep(1)
        return "crashed" not in page.text("#walk-section-a")

    page.wait(is_restarted)  # no request is sent to it for some seconds first
    page.click("#inference-play")
    page.wait_for_text("goal reached", "#walk-section-a")


def test_the_page_reconnects_and_keeps_the_agent_when_the_engine_ends(visit: Open, engine: Engine, team: Team) -> None:
    page = visit(f"/inference?model={team.ppo}")
    page.expected_errors = ("WebSocket connection",)
    page.wait(lambda: page.text("#walk-badge-a") == "connected")
    engine.end()
    page.wait(lambda: page.text("#walk-badge-a") == "reconnecting")
    assert arrows(page) == 1
