"""Policies of Stable-Baselines3 and sb3-contrib are registered, checked, activated, watched and measured."""

import signal
from collections.abc import Callable, Iterator

import pytest
import requests
from dash.testing.browser import Browser
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from app import create_app
from services.connect import connect
from settings.settings import Settings
from tests.browser.axe import grave_violations
from tests.browser.page import Page
from tests.gpus.monitor import free_port
from tests.inference.conftest import Team, _bare_environment
from tests.inference.engine import Engine, listening
from tests.inference.test_long_calls import entries
from tests.inference.test_watching import version
from tests.misbehaving import eventually
from tests.tracking import Tracking

Open = Callable[[str], Page]


class Watching:
    """Runs a Clew, its engine, and a policy for CartPole that is not active yet."""

    def __init__(self, team: Team, address: str, engine: Engine) -> None:
        self.team, self.address, self.engine = team, address, engine
        self.cartpole = version(team, "cartpole_ppo", "CartPole-v1")


@pytest.fixture(scope="module")
def watching(tracking: Tracking, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watching]:
    team = Team(tracking)
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        mlflow_tracking_uri=tracking.address,  # type: ignore[arg-type]
        cache_dir=tmp_path_factory.mktemp("cache"),
        model_name=team.registry.name,
        inference_port=free_port(),
    )
    with listening(create_app(settings, connect(settings)).server) as address:
        folder = tmp_path_factory.mktemp("engine")
        (folder / "environments.toml").write_text(entries())
        own = {"ENVIRONMENTS_FILE": str(folder / "environments.toml")}
        engine = Engine(folder, _bare_environment(), address, own, settings.inference_port)
        watching = Watching(team, address, engine)
        yield watching
        watching.engine.end()  # possibly another one by now


@pytest.fixture
def page(dash_br: Browser, serve: Callable[..., str], watching: Watching) -> Iterator[Page]:
    """Opens Clew's pages with that engine."""
    registry = watching.team.registry
    address = serve(registry.tracking.address, model_name=registry.name, inference_port=watching.engine.port)
    page = Page(dash_br.driver, address)
    yield page
    assert page.console_errors() == []


def fact(page: Page, name: str) -> str:
    return page.text(f"#walk-section-a [data-part='{name}']")


def picture(page: Page) -> str:
    return str(page.script("return document.querySelector('#walk-board-a img')?.src || ''"))


def press(page: Page, keys: str) -> None:
    """Presses a key wherever the focus is."""
    ActionChains(page.driver).send_keys(keys).perform()


def test_a_policy_of_cartpole_is_activated_watched_and_measured(page: Page, watching: Watching) -> None:
    activated = requests.post(f"{watching.address}/api/models/active", json={"model_id": watching.cartpole}, timeout=60)
    assert activated.status_code == 200, activated.text
    page.open("/inference?seed=4&pace=0.5")
    page.wait_for_text("stopped", "#walk-section-a", 90)
    assert "active" in page.text("#walk-title-a")
    first = page.wait(lambda: picture(page))
    assert first.startswith("data:image/webp;base64,")
    assert page.find("#walk-board-a img").get_attribute("alt") == "CartPole-v1, seed 4"
    assert not page.find("#inference-size").is_displayed()
    page.click("#inference-step")
    page.wait(lambda: fact(page, "step") == "1")
    assert fact(page, "action") in ("left", "right")
    assert page.all(".thought-chosen")
    shown = "return [...document.querySelectorAll('#walk-section-a dt')].filter(t => t.offsetParent).map(t => t.dataset.name)"
    assert ("value" in page.script(shown), "best" in page.script(shown)) == (True, False), "the policy tells no scores"
    press(page, Keys.ARROW_RIGHT)
    page.wait(lambda: fact(page, "step") == "2")
    press(page, "s")
    assert page.script("return document.activeElement.id") == "inference-seed"
    press(page, "4")
    press(page, Keys.ARROW_RIGHT)
    assert page.script("return document.activeElement.value") == "4", "what is typed is no shortcut"
    assert fact(page, "step") == "2"
    page.script("document.activeElement.blur()")
    press(page, "+")
    page.wait(lambda: page.find("#inference-pace").get_attribute("value") == "1")
    press(page, " ")
    page.wait(lambda: page.all("#inference-episodes tbody tr"))
    assert picture(page) != first
    model, seed, total, steps, *_rest = page.script(
        "return [...document.querySelectorAll('#inference-episodes tbody tr:first-child > *')].map(c => c.innerText)"
    )
    assert (watching.cartpole in model, seed, float(total)) == (True, "4", float(steps))
    assert fact(page, "cumulative") == total
    page.wait(lambda: page.script("return document.querySelector('#walk-news-a').textContent").startswith("Seed 4:"))
    assert grave_violations(page, "watching", part="#main") == []
    page.script("[...document.querySelectorAll('#inference-episodes button')].at(-1).click()")
    page.wait_for_text("Saved with the model’s run: episodes/CartPole-v1", "#inference-episodes")
    page.click("#evaluation-start")
    page.wait_for_text("Saved with the model", "#evaluation-report", 300)


def test_a_step_that_hangs_is_waited_for_until_its_failure_is_shown(page: Page, watching: Watching) -> None:
    """The page takes a silent connection for dead, and would restart the episode in another one."""
    model_id = version(watching.team, "cartpole_ppo", "Hangs-later-v0")
    page.open(f"/inference?model={model_id}&seed=4&play=1")
    page.wait(lambda: fact(page, "step") in ("1", "2", "3"), 90)
    page.wait_for_text("has not answered yet", "#walk-trouble-a", 90)
    page.wait_for_text("Its step did not return within 10 s by the clock", "#walk-trouble-a", 90)
    assert page.text("#walk-badge-a") == "connected"


HIDDEN = """
Object.defineProperty(document, "hidden", { configurable: true, get: () => arguments[0] });
document.dispatchEvent(new Event("visibilitychange"));
"""


def test_two_viewers_watch_episodes_of_their_own_and_a_hidden_page_gets_no_pictures(
    page: Page, watching: Watching
) -> None:
    """Headless, each tab counts as visible: the page is notified that one is hidden."""
    model = f"/inference?model={watching.cartpole}&pace=0.1"
    page.open(f"{model}&seed=4")
    drawn = page.wait(lambda: picture(page))
    first = page.driver.current_window_handle
    page.script(HIDDEN, True)
    page.driver.switch_to.new_window("tab")
    page.open(f"{model}&seed=7&play=1")
    page.wait(lambda: fact(page, "step") not in ("", "–", "0"))
    assert page.find("#walk-board-a img").get_attribute("alt") == "CartPole-v1, seed 7"
    assert watching.engine.health()["viewers"] == 2
    second = page.driver.current_window_handle
    page.driver.switch_to.window(first)
    assert fact(page, "step") == "0", "another's play is not its own"
    for step in range(1, 16):  # by then the pole leans visibly
        page.script("document.querySelector('#inference-step').click()")
        page.wait(lambda step=step: fact(page, "step") == str(step))
    assert picture(page) == drawn, "the steps are told, and no picture is made of them"
    page.driver.execute_cdp_cmd("Page.bringToFront", {})  # Selenium alone leaves the other tab before it, unpainted
    page.script(HIDDEN, False)
    page.wait(lambda: picture(page) != drawn)
    assert page.find("#walk-board-a img").get_attribute("alt") == "CartPole-v1, seed 4"
    page.driver.switch_to.window(second)
    page.driver.close()
    page.driver.switch_to.window(first)
    page.wait(lambda: watching.engine.health()["viewers"] == 1)


def is_confirmed(page: Page) -> bool:
    """Confirms a question if one is asked, such as whether to activate a model of another environment; returns
    whether it was."""
    question = page.all("#change-confirm")
    if not question or not question[0].is_displayed():
        return True
    if question[0].is_enabled():
        question[0].click()
    return False


def test_an_evaluation_by_a_program_is_kept_though_no_page_is_open(watching: Watching) -> None:
    model = version(watching.team, "cartpole_ppo", "CartPole-v1")
    assert watching.engine.call("POST", f"/evaluations/{model}")[0] == 202
    at = f"{watching.address}/api/models/{model}"
    eventually(lambda: requests.get(at, timeout=30).json()["mean_return"] is not None, 300)


REAL = [
    pytest.param("cartpole_lstm", "CartPole-v1", True, id="recurrent"),
    pytest.param("minigrid_cnn", "MiniGrid-Empty-5x5-v0", True, id="pictures", marks=pytest.mark.thorough),
    pytest.param("pendulum_sac", "Pendulum-v1", True, id="continuous", marks=pytest.mark.thorough),
    pytest.param("pong_cnn", "ALE/Pong-v5", False, id="stacked-pictures", marks=pytest.mark.thorough),
]


@pytest.mark.parametrize(("name", "env_id", "is_measured"), REAL)
def test_a_real_policy_is_activated_on_its_page_and_scores_as_evaluate_policy_does(
    page: Page, watching: Watching, name: str, env_id: str, is_measured: bool
) -> None:
    pytest.importorskip("torch")
    from tests.policies import sb3_exports

    make, export = sb3_exports.FILES[name]
    agent = make()
    registry = watching.team.registry
    model = registry.version(export(agent), env_id=env_id, env_spec=sb3_exports.spec_of(agent), algorithm="PPO")
    total, steps = sb3_exports.episode_of(agent, 11)
    page.open(f"/models/{model}")
    page.click("[data-change=try]")
    page.wait(lambda: is_confirmed(page) and page.driver.current_url.endswith("/inference?play=1"))
    page.wait(lambda: page.text("#walk-title-a").endswith(f"Model {model} active"))
    page.wait(lambda: fact(page, "step") not in ("", "–", "0"))
    page.open(f"/inference?model={model}&seed=11&pace=4&play=1")
    page.wait(lambda: page.all("#inference-episodes tbody tr"))
    watched = page.script(
        "return [...document.querySelectorAll('#inference-episodes tbody tr:first-child td')].map(c => c.innerText)"
    )
    assert watched[:3] == ["11", f"{total:.2f}", str(steps)]
    assert picture(page).startswith("data:image/webp;base64,")
    assert page.all(".thoughts-list li")
    if is_measured:
        page.click("#evaluation-start")
        page.wait_for_text("Saved with the model", "#evaluation-report", 300)
        assert "as it was trained" in page.text("#evaluation-report")


def test_an_engine_that_dies_is_reported_and_an_episode_begins_once_another_is_up(
    page: Page, watching: Watching, tmp_path_factory: pytest.TempPathFactory
) -> None:
    page.expected_errors = ("ERR_CONNECTION_REFUSED", "WebSocket connection to")
    page.open(f"/inference?model={watching.cartpole}&seed=4&pace=0.1&play=1")
    page.wait(lambda: fact(page, "step") not in ("", "–", "0"))
    watching.engine.end(signal.SIGKILL)
    page.wait_for_text("the episode is over, and a new one begins when the engine is back", "#walk-section-a")
    page.script("document.querySelector('#walk-board-a img').removeAttribute('src')")
    folder, port = tmp_path_factory.mktemp("engine"), watching.engine.port
    watching.engine = Engine(folder, _bare_environment(), watching.address, {}, port)
    page.wait(lambda: picture(page))
    page.wait(lambda: fact(page, "step") not in ("", "–", "0"))
    assert page.find("#walk-board-a img").get_attribute("alt") == "CartPole-v1, seed 4"
