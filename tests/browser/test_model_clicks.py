"""No click is lost: hundreds of them on a slow browser and a slow Clew, and each has one answer."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from dash.testing.browser import Browser
from selenium.webdriver.common.keys import Keys
from werkzeug.serving import BaseWSGIServer, make_server

from app import create_app
from services.connect import connect
from services.registry.http_store import HttpModelStore
from settings.settings import Settings
from tests.browser.page import Page
from tests.gpus.monitor import free_port
from tests.inference.engine import ROOT
from tests.misbehaving import eventually
from tests.models.model_server import HANG, ModelServer

MODELS = 20
BURSTS = 6
OTHER = "41"  # trained for another environment
# Records each toast that opens, and each answer that is shown in one.
RECORD = """
    window.begun = []; window.ended = [];
    const place = document.getElementById("changes"), seen = new WeakSet();
    new MutationObserver(() => { for (const toast of place.children) {
        if (!seen.has(toast)) { seen.add(toast); window.begun.push(toast); }
        if (toast.dataset.outcome !== "working" && !window.ended.some((one) => one.toast === toast))
            window.ended.push({ toast, outcome: toast.dataset.outcome, text: toast.querySelector(".toast-said").textContent });
    } }).observe(place, { childList: true, subtree: true, attributes: true, characterData: true });"""
SLOWNESS = 6


class SlowClew:
    """Runs a whole Clew at an address of its own, each of whose answers takes a while; it can be stopped and
    started."""

    def __init__(self, models: ModelServer, cache: Path) -> None:
        self.port = free_port()
        self.most_seconds = 0.0
        self.settings = Settings(
            _env_file=None,  # type: ignore[call-arg]
            mlflow_tracking_uri="http://127.0.0.1:1",  # type: ignore[arg-type]
            model_server_url=models.address,  # type: ignore[arg-type]
            inference_port=free_port(),
            cache_dir=cache,
            refresh_seconds=6,
        )
        self.server: BaseWSGIServer | None = None

    def start(self) -> None:
        app = create_app(self.settings, connect(self.settings)).server
        answer, chance = app.wsgi_app, random.Random(1)

        def slow(environ: dict[str, Any], respond: Callable[..., Any]) -> Iterable[bytes]:
            time.sleep(chance.random() * self.most_seconds)
            return answer(environ, respond)

        app.wsgi_app = slow
        self.server = make_server("127.0.0.1", self.port, app, threaded=True)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None


@pytest.fixture
def team(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    # A held activation ends when the test lets it, however slow the machine is, and not at Clew's own limit.
    monkeypatch.setattr(HttpModelStore.__init__, "__defaults__", (10.0, 600.0))
    with ModelServer() as models:
        for _model in range(MODELS):
            models.add(env_id="ClewMaze-10x10-v0", algorithm="PPO")
        models.add(OTHER, env_id="ClewMaze-5x5-v0", algorithm="DQN")
        models.active = "1"
        yield models


@pytest.fixture
def slow(team: ModelServer, cache_dir: Path) -> Iterator[SlowClew]:
    clew = SlowClew(team, cache_dir)
    clew.start()
    yield clew
    clew.stop()


@pytest.fixture
def page(dash_br: Browser, slow: SlowClew) -> Iterator[Page]:
    page = Page(dash_br.driver, f"http://127.0.0.1:{slow.port}")
    open_page(page, "/models", lambda: len(page.column("model_id", "models-table")) == MODELS + 1)
    yield page
    page.driver.execute_cdp_cmd("Emulation.setCPUThrottlingRate", {"rate": 1})
    page.driver.get("about:blank")


def open_page(page: Page, path: str, complete: Callable[[], object]) -> None:
    page.open(path)
    page.wait(complete)
    page.script(RECORD)


def slow_down(page: Page, slow: SlowClew) -> None:
    slow.most_seconds = 0.3
    page.driver.execute_cdp_cmd("Emulation.setCPUThrottlingRate", {"rate": SLOWNESS})


def answers(page: Page) -> list[tuple[str, str]]:
    """Returns outcome and sentence of all that ended, in this order."""
    return [(one["outcome"], one["text"]) for one in page.script("return window.ended.map(({toast, ...one}) => one)")]


def delay_activation(team: ModelServer, seconds: float) -> None:
    """Lets the model server take so long to activate a model."""
    team.misbehave = lambda method, path: time.sleep(seconds) if method == "POST" else None


def hold_activation(team: ModelServer) -> threading.Event:
    """Lets the model server activate a model only once the returned event is set: no page is too slow to see it
    under way."""
    go_on = threading.Event()

    def wait(method: str, _path: str) -> None:
        if method == "POST":
            go_on.wait(300)

    team.misbehave = wait
    return go_on


def choose(page: Page, model_id: str) -> None:
    page.tick(model_id, "model_id", "models-table")
    page.wait(lambda: page.in_row(model_id, "row.querySelector('input').checked", "model_id", "models-table"))


def close_all(page: Page) -> None:
    page.script("document.querySelectorAll('#changes .btn-close').forEach((button) => button.click())")


def test_each_of_dozens_of_clicks_gets_exactly_its_own_answer(page: Page, slow: SlowClew, team: ModelServer) -> None:
    slow_down(page, slow)
    choose(page, "2")
    page.wait(lambda: page.find("#models-activate").is_enabled())
    # Ten at once, without waiting for any: various models and an unknown one, repeatedly, while rows are refreshed.
    expected: list[str] = []
    for burst in range(BURSTS):
        models = [str(1 + (burst + n) % MODELS) for n in range(4)] + [f"ghost-{burst}-{n}" for n in range(6)]
        click = "const b = document.getElementById('models-activate'); b.disabled = false; b.dataset.model = arguments[0]; b.click();"
        page.script(f"for (const model of arguments[0]) {{ ((...arguments) => {{ {click} }})(model); }}", models)
        expected += models
        clicks = len(expected)
        page.wait(lambda n=clicks: page.script("return window.ended.length === arguments[0]", n))  # type: ignore[misc]
        close_all(page)
    assert page.script("return window.begun.length") == len(expected) == 10 * BURSTS
    results = answers(page)
    for model in set(expected):
        outcomes = [outcome for outcome, text in results if f"Model {model} " in text]
        assert outcomes == ["refused" if "ghost" in model else "done"] * expected.count(model), (model, results)
    assert team.active in {str(1 + n) for n in range(MODELS)}


@pytest.mark.thorough
def test_each_activation_in_turn_is_answered_with_its_model(page: Page, slow: SlowClew) -> None:
    slow_down(page, slow)
    for n, model in enumerate(["2", "3", "4", "2"], 1):
        choose(page, model)
        page.wait(lambda: page.find("#models-activate").is_enabled())
        page.script("document.getElementById('models-activate').click()")
        page.wait(lambda n=n: len(answers(page)) == n)  # type: ignore[misc]
        assert answers(page)[-1] == ("done", f"Model {model} is active now.")
        page.wait(
            lambda model=model: page.in_row(model, "row.innerText.includes('active')", "model_id", "models-table")
        )  # type: ignore[misc]


def test_each_activation_in_another_environment_asks_for_confirmation(
    page: Page, slow: SlowClew, team: ModelServer
) -> None:
    slow_down(page, slow)
    choose(page, OTHER)
    for n in range(4):
        page.wait(lambda: page.find("#models-activate").is_enabled())
        page.script("document.getElementById('models-activate').click()")
        page.wait_for_text("ClewMaze-5x5-v0", "#change-dialog")
        if n % 2 == 0:
            page.find("#change-cancel").send_keys(Keys.ESCAPE)
            page.wait(lambda: not page.all("#change-dialog[open]"))
            assert team.active == "1"
            continue
        page.click("#change-confirm")
        page.wait_for_text(f"Model {OTHER} is active now.", "#changes")
        page.click("#changes [data-outcome='done'] .btn-link")  # Undo
        page.wait_for_text("Model 1 is active now.", "#changes")
        close_all(page)
        page.wait(lambda: page.in_row("1", "row.innerText.includes('inactive')", "model_id", "models-table") is False)
    assert [text for _outcome, text in answers(page)] == [
        f"Model {OTHER} is active now.",
        "Model 1 is active now.",
    ] * 2


def test_going_back_closes_the_confirmation_and_deletes_nothing(page: Page, team: ModelServer) -> None:
    page.script("window.clew.visit('/models/2')")
    page.wait(lambda: page.find("#model-delete").is_enabled())
    page.click("#model-delete")
    page.wait_for_text("Delete this model?", "#change-dialog")
    page.script("history.back()")
    page.wait(lambda: len(page.column("model_id", "models-table")) == MODELS + 1)
    assert not page.all("#change-dialog[open]")
    assert team.request_count("DELETE") == 0


def test_a_double_click_is_one_request(page: Page, team: ModelServer) -> None:
    choose(page, "2")
    page.wait(lambda: page.find("#models-activate").is_enabled())
    page.script("const b = document.getElementById('models-activate'); b.click(); b.click(); b.click();")
    page.wait(lambda: answers(page) == [("done", "Model 2 is active now.")])
    assert (page.script("return window.begun.length"), team.request_count("POST")) == (1, 1)


def test_a_slow_action_shows_progress_and_then_its_answer(page: Page, team: ModelServer) -> None:
    go_on = hold_activation(team)
    choose(page, "2")
    page.wait(lambda: page.find("#models-activate").is_enabled())
    page.click("#models-activate")
    page.wait_for_text("Checking model 2 and activating it…", "#changes")
    page.wait_for_text("Still working (", "#changes")
    go_on.set()
    page.wait(lambda: answers(page) == [("done", "Model 2 is active now.")])
    assert page.script("return window.begun.length") == 1


def test_the_answer_is_shown_after_moving_to_another_page(page: Page, slow: SlowClew, team: ModelServer) -> None:
    page.expected_errors = ("WebSocket connection",)
    open_page(page, "/models/2", lambda: page.find("#model-try").is_enabled())
    go_on = hold_activation(team)
    page.click("#model-try")
    page.wait_for_text("Checking model 2", "#changes")
    page.script("window.clew.visit('/models')")
    page.script("history.back()")
    page.script("window.clew.visit('/mlflow')")
    page.wait(lambda: page.driver.current_url.endswith("/mlflow"))
    go_on.set()
    page.wait(lambda: answers(page) == [("done", "Model 2 is active now.")])
    assert page.driver.current_url.endswith("/mlflow")  # no person is taken away from the page they are on
    page.script("[...document.querySelectorAll('#changes .btn-link')].find(b => b.innerText === 'Watch it').click()")
    page.wait(lambda: page.driver.current_url.endswith("/inference?play=1"))


def test_each_of_two_tabs_shows_only_its_own_answer(page: Page, team: ModelServer) -> None:
    first = page.driver.current_window_handle
    delay_activation(team, 1.0)
    page.driver.switch_to.new_window("tab")
    open_page(page, "/models/3", lambda: page.find("#model-activate").is_enabled())
    second = page.driver.current_window_handle
    page.click("#model-activate")
    page.driver.switch_to.window(first)
    choose(page, "2")
    page.wait(lambda: page.find("#models-activate").is_enabled())
    page.click("#models-activate")
    page.wait(lambda: answers(page) == [("done", "Model 2 is active now.")])
    page.driver.switch_to.window(second)
    page.wait(lambda: answers(page) == [("done", "Model 3 is active now.")])
    page.driver.close()
    page.driver.switch_to.window(first)


def test_after_a_reload_the_result_is_still_shown(page: Page, team: ModelServer) -> None:
    go_on = hold_activation(team)
    choose(page, "2")
    page.wait(lambda: page.find("#models-activate").is_enabled())
    page.click("#models-activate")
    page.wait_for_text("Checking model 2", "#changes")
    page.wait(lambda: team.request_count("POST") == 1)
    page.driver.refresh()
    page.wait(lambda: page.all("#changes [data-outcome=working]"))
    go_on.set()
    page.wait_for_text("Model 2 is active now.", "#changes")
    assert team.request_count("POST") == 1


def kill_all(clew: subprocess.Popen[bytes]) -> None:
    """Kills it with all its workers, in the middle of their work."""
    os.killpg(clew.pid, signal.SIGKILL)
    clew.wait()


def test_after_clew_is_killed_the_outcome_is_reported_as_unknown(
    dash_br: Browser, team: ModelServer, slow: SlowClew, tmp_path: Path
) -> None:
    slow.stop()
    names = ("mlflow_tracking_uri", "model_server_url", "inference_port", "cache_dir", "refresh_seconds")
    settings = {name.upper(): str(getattr(slow.settings, name)) for name in names} | {"PORT": str(slow.port)}
    command = [sys.executable, "-m", "gunicorn", "--config", str(ROOT / "docs/deploy/gunicorn.conf.py"), "app:server"]

    def start() -> subprocess.Popen[bytes]:
        environment = {**os.environ, **settings, "PYTHONPATH": str(ROOT)}
        return subprocess.Popen(
            command,
            cwd=tmp_path,
            env=environment,
            start_new_session=True,
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )

    page = Page(dash_br.driver, f"http://127.0.0.1:{slow.port}")
    clew = start()
    try:
        eventually(lambda: requests.get(f"{page.address}/health", timeout=5).ok)
        open_page(page, "/models", lambda: len(page.column("model_id", "models-table")) == MODELS + 1)
        team.misbehave = lambda method, path: HANG if method == "POST" else None
        choose(page, "2")
        page.wait(lambda: page.find("#models-activate").is_enabled())
        page.click("#models-activate")
        page.wait(lambda: team.request_count("POST") == 1)
        kill_all(clew)
        page.wait_for_text("Clew has not answered for", "#changes")
        clew = start()
        page.wait_for_text("It is not known whether the change of model 2 was made", "#changes")
        assert len(answers(page)) == 1
        assert team.request_count("POST") == 1  # and it is not done a second time
    finally:
        kill_all(clew)
        page.driver.get("about:blank")
