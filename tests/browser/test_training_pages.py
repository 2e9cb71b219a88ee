"""Training from the browser: the form, the queue, the page of one, with a real scheduler and a tiny program."""

import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator

import pytest
from dash.testing.browser import Browser

from tests.browser.axe import grave_violations
from tests.browser.page import Page
from tests.browser.spoken import english_texts
from tests.english import english_words
from tests.misbehaving import eventually
from training.scratch_server import free_port

PROGRAM = """
import json, os, signal, sys, time, urllib.request
told = []
signal.signal(signal.SIGINT, lambda *_: told.append(True))
run, api = os.environ["MLFLOW_RUN_ID"], os.environ["MLFLOW_TRACKING_URI"] + "/api/2.0/mlflow/runs/log-batch"
for step in range(1, int(sys.argv[1]) + 1):
    points = [("episode_reward", step / 100), ("success_rate", step / 1000)]
    metrics = [{"key": key, "value": value, "step": step, "timestamp": step} for key, value in points]
    body = json.dumps({"run_id": run, "metrics": metrics}).encode()
    urllib.request.urlopen(urllib.request.Request(api, body, {"Content-Type": "application/json"}))
    print("episode", step, flush=True)
    time.sleep(0.2)
    if told:
        sys.exit(130)
"""
FILE = """
[[trainers]]
name = "counter"
title = "Counter"
command = ['{python}', '-c', '''{program}''', '{{episodes}}', '{{seed}}']
fields = [
  {{ kind = "integer", name = "episodes", label = "Episodes", least = 1, most = 5000, default = 5000 }},
  {{ kind = "seeds", name = "seed", label = "Seeds", section = "More" }},
]
"""
EPISODES, SEEDS = "#training-field-0", "#training-field-1"


@pytest.fixture(scope="module")
def scheduler_port(mlflow_address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Starts a scheduler that runs the program above; returns its port."""
    folder, port = tmp_path_factory.mktemp("scheduler"), free_port()
    file = folder / "trainings.toml"
    file.write_text(FILE.format(python=sys.executable, program=PROGRAM))
    settings = {
        "MLFLOW_TRACKING_URI": mlflow_address,
        "SCHEDULER_PORT": str(port),
        "STATE_DIR": str(folder),
        "TRAININGS_FILE": str(file),
    }
    with (folder / "output.txt").open("wb") as output:
        command = [sys.executable, "-m", "scheduler"]
        process = subprocess.Popen(command, env=os.environ | settings, stdout=output, stderr=output)
        try:
            eventually(lambda: _answers(port))
            yield port
        finally:
            process.terminate()
            process.wait(30)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


WITHOUT_WORDS = """
return [...document.querySelectorAll('.training-field')].filter(field => {
    const control = document.getElementById(field.dataset.control);
    const described = control.getAttribute('aria-describedby').split(' ').map(id => document.getElementById(id));
    return !control.labels[0]?.textContent || !described[0]?.textContent || described[1]?.textContent !== '';
}).map(field => field.dataset.field)
"""
FIELD = ".training-field[data-field='{}']:not([hidden])"


@pytest.fixture
def page(dash_br: Browser, serve: Callable[..., str], mlflow_address: str, scheduler_port: int) -> Iterator[Page]:
    page = Page(dash_br.driver, serve(mlflow_address, scheduler_port=scheduler_port))
    yield page
    assert page.console_errors() == []


def fill(page: Page, selector: str, text: str) -> None:
    script = "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input', {bubbles: true}))"
    page.script(script, page.find(selector), text)


def visible_faults(page: Page) -> list[str]:
    """Returns what breaks an accessibility rule gravely, or overflows the window, wide and light, and narrow and
    dark."""
    found: list[str] = []
    for width, scheme in ((1440, "light"), (360, "dark")):
        size = {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": False}
        page.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        # During the change between the schemes a link has the colours of neither.
        still = {"name": "prefers-reduced-motion", "value": "reduce"}
        features = [{"name": "prefers-color-scheme", "value": scheme}, still]
        page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        page.wait(lambda scheme=scheme: page.find("html").get_attribute("data-bs-theme") == scheme)  # type: ignore[misc]
        found += grave_violations(page, f"{width} px, {scheme}")
        if page.script("return document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"{width} px: is wider than that")
    page.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    return found


def test_errors_are_shown_under_their_field_and_nothing_starts(page: Page) -> None:
    page.open("/training?trainer=counter")
    page.wait(lambda: page.find("#training-start").is_enabled())
    assert not page.all(".training-section[open]")
    fill(page, SEEDS, "1-")
    page.wait_for_text("Contains no seeds", f"{SEEDS}-error")
    fill(page, EPISODES, "0")
    page.wait_for_text("greater than or equal to 1", f"{EPISODES}-error")
    assert page.find(EPISODES).get_attribute("aria-invalid") == "true"
    assert not page.find("#training-start").is_enabled()
    assert page.all(".training-section[open]"), "the fold of a wrong field opens"
    assert visible_faults(page) == []
    fill(page, SEEDS, "1-3")
    fill(page, EPISODES, "20")
    page.wait_for_text("Makes 3 runs", "#training-summary")
    assert page.find("#training-start").is_enabled()
    assert page.text(f"{EPISODES}-error") == ""


def test_a_training_is_started_watched_stopped_and_repeated(page: Page) -> None:
    page.open("/training?trainer=counter")
    page.wait(lambda: page.find("#training-start").is_enabled())
    page.click("#training-start")
    page.wait(lambda: "/training/" in page.driver.current_url)
    run_id = page.driver.current_url.rsplit("/", 1)[1]
    page.wait_for_text("training", "#live-state")
    page.wait_for_text("connected", "#live-badge")
    page.wait_for_text("episode 3", "#live-log")
    page.wait(lambda: page.all("#live-chart-reward .scatterlayer path.js-line"))
    assert visible_faults(page) == []
    page.driver.refresh()
    page.wait_for_text("episode 1\n", "#live-log")
    whole = page.find("#live-log-whole").get_attribute("href")
    with urllib.request.urlopen(str(whole)) as answer:
        assert answer.read().startswith(b"episode 1\n")
    page.find("#live-log-search").send_keys("episode 2")
    page.click("#live-log-find")
    page.wait(lambda: page.all("#live-log-found button"))
    page.click("#live-buttons button")
    page.wait_for_text("ends after its current episode", "#change-dialog")
    page.click("#change-confirm")
    page.wait_for_text("stopped", "#live-state")
    page.wait_for_text("It produced no model.", "#live-result")
    page.click("#live-result a[href*='from=']")
    page.wait_for_text("Filled in with the values of counter", "#training-note")
    page.wait(lambda: page.all(f"#trainings-history a[href='/training/{run_id}']"))
    page.wait_for_text("stopped", "#trainings-history")


def test_both_pages_are_in_japanese(page: Page) -> None:
    # Of the team's own file, and of this machine.
    names = {"Counter", "Episodes", "Seeds", "More", "counter"} | english_words(socket.gethostname())
    names |= {f"seed{seed}" for seed in range(4)}
    page.open("/training?trainer=counter&lang=ja")
    page.wait(lambda: page.find("#training-start").is_enabled())
    assert english_texts(page, names) == {}
    page.click("#training-start")
    page.wait(lambda: "/training/" in page.driver.current_url)
    page.wait_for_text("接続済み", "#live-badge")
    page.wait(lambda: page.all("#live-chart-reward .scatterlayer path.js-line"))
    assert english_texts(page, names) == {}
    page.click("#live-buttons button")
    page.wait(lambda: page.all("#change-dialog[open]"))
    assert english_texts(page, names) == {}
    page.click("#change-confirm")
    page.wait(lambda: page.all("#live-result a[href*='from=']"))
    assert english_texts(page, names) == {}


def fill_field(page: Page, field: str, text: str) -> None:
    """Fills in the visible field of this name: which one it is depends on the algorithm."""
    fill(page, f"{FIELD.format(field)} :is(input, select)", text)


def wait_for_error(page: Page, field: str, message: str) -> None:
    page.wait_for_text(message, f"{FIELD.format(field)} .training-error")
    page.wait(lambda: not page.find("#training-start").is_enabled())


def test_environments_are_checked_in_the_form_trained_on_and_used(
    dash_br: Browser, serve: Callable[..., str], mlflow_address: str, scheduler_port: int
) -> None:
    address = serve(mlflow_address, scheduler_port=scheduler_port, model_names="clew-maze,cartpole")
    page = Page(dash_br.driver, address)
    page.open("/training?trainer=environment")
    page.wait(lambda: page.find("#training-start").is_enabled())
    assert page.script(WITHOUT_WORDS) == []
    fill_field(page, "algorithm", "DQN")
    fill_field(page, "env_id", "Pendulum-v1")
    wait_for_error(page, "algorithm", "are continuous: use PPO or SAC")
    fill_field(page, "algorithm", "SAC")
    fill_field(page, "env_id", "CartPole-v1")
    wait_for_error(page, "algorithm", "use PPO or DQN")
    fill_field(page, "algorithm", "PPO")
    for env_id, field, message in (
        ("Nowhere-v0", "env_id", "No installed package registers it"),
        ("Ant-v5", "env_id", "mujoco"),
        ("ALE/Pong-v5", "normalize", "Is for numeric observations"),
    ):
        fill_field(page, "env_id", env_id)
        if field == "normalize":
            page.script("document.querySelector(arguments[0]).click()", f"{FIELD.format(field)} input")
        page.wait(lambda: page.find("#training-start").is_enabled())
        page.click("#training-start")
        wait_for_error(page, field, message)
    page.script("document.querySelector(arguments[0]).click()", f"{FIELD.format('normalize')} input")
    values = {"env_id": "CartPole-v1", "n_envs": "2", "n_steps": "32", "batch_size": "32", "steps": "200"}
    for name, text in values.items():
        fill_field(page, name, text)
    page.wait_for_text("Makes one run", "#training-summary")
    page.click("#training-start")
    page.wait(lambda: "/training/" in page.driver.current_url)
    page.wait_for_text("done", "#live-state", within_seconds=400)
    page.wait_for_text("held-out greedy episodes return", "#live-log")
    page.wait_for_text("Use it", "#live-result", within_seconds=400)
    assert visible_faults(page) == []
    page.click("#live-result .btn-success")
    page.wait(lambda: "/inference" in page.driver.current_url)
    page.wait_for_text("CartPole-v1")
    page.expected_errors = ("/ws/inference",)  # no engine serves it here
    assert page.console_errors() == []
