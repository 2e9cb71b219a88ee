"""All of a run apart from its charts, on its page: found, bounded, and never more than text."""

import math
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from selenium.webdriver.common.keys import Keys

from services.sharing.shared_file import cache_folder
from services.tracking.sources.pace import Pace, PaceFile
from tests.browser.page import Page
from tests.misbehaving import Misbehaving, first_page_until
from tests.run_files.hostile_files import GOOD
from tests.tracking import Tracking

COMMIT = "0123456789abcdef0123456789abcdef01234567"
SCRIPT = "<img src=x onerror='window.ran = 1'><script>window.ran = 1</script>"
SVG = "<script>window.ran = 1</script><rect width='9' height='9' onload='window.ran = 1'/>"
ROWS = "return document.querySelectorAll(arguments[0] + ' tr').length"


@pytest.fixture
def clew(serve: Callable[..., str], misbehaving: Misbehaving) -> str:
    return serve(misbehaving.address, model_names="facts-model", commit_url="https://git.example/r/commit/{commit}")


@pytest.fixture(scope="module")
def run_id(tracking: Tracking) -> str:
    """Logs a run for which MLflow holds everything that it can, and more than a page shows at once."""
    tags = {
        "mlflow.user": SCRIPT,
        "mlflow.source.name": "train.py",
        "mlflow.project.entryPoint": "main",
        "mlflow.source.git.commit": COMMIT,
        "mlflow.source.git.branch": "feature/ü",
        "mlflow.source.git.dirty": "true",
    }
    experiment = tracking.experiment()
    found = tracking.run(experiment, name="everything", metrics={"reward": [1.0], "system/cpu": [0.5]}, tags=tags)
    for first in range(0, 200, 100):
        numbers = range(first, first + 100)
        params = [
            {"key": f"param_{n:03}", "value": SCRIPT if n == 7 else "x" * 3000 if n == 8 else str(n)} for n in numbers
        ]
        tracking.post("runs/log-batch", {"run_id": found, "params": params})
        tracking.post(
            "runs/log-batch", {"run_id": found, "tags": [{"key": f"tag_{n:03}", "value": str(n)} for n in numbers]}
        )
    dataset = {"name": "mazes", "digest": "d1ge5t", "source_type": "local", "source": '{"uri": "/data"}'}
    inputs = [{"dataset": dataset, "tags": [{"key": "mlflow.data.context", "value": "training"}]}]
    tracking.post("runs/log-inputs", {"run_id": found, "datasets": inputs})
    tracking.post("registered-models/create", {"name": "facts-model"})
    version = {"name": "facts-model", "source": f"mlflow-artifacts:/{experiment}/{found}/artifacts/m", "run_id": found}
    tracking.post("model-versions/create", version)
    for n in range(3):
        tracking.run(experiment, name=f"child-{n}", tags={"mlflow.parentRunId": found})
    return found


def test_the_run_page_shows_all_that_mlflow_holds_and_runs_no_script_of_it(page: Page, run_id: str) -> None:
    page.open(f"/mlflow/runs/{run_id}")
    page.wait_for_text("train.py", "#run-facts")
    for fact in (SCRIPT, "entry point main", "on feature/ü", "with changes that were not committed", "3 child runs"):
        assert fact in page.text("#run-facts")
    link = page.find("#run-facts a[href^='https://git.example']")
    assert link.get_attribute("href") == f"https://git.example/r/commit/{COMMIT}"
    page.wait_for_text("Parameters (200)", "#run-parameters")
    page.wait_for_text("mazes", "#run-datasets")
    assert all(fact in page.text("#run-datasets") for fact in ("training", "d1ge5t", '{"uri": "/data"}'))
    page.wait_for_text("facts-model", "#run-models")
    assert "▸ system/ (1)" in page.text("#run-grid")
    assert page.script("return window.ran") is None


def test_many_parameters_are_shown_some_at_a_time_and_found_by_typing(page: Page, run_id: str) -> None:
    page.open(f"/mlflow/runs/{run_id}")
    page.wait(lambda: page.script(ROWS, "#run-parameters") == 25)
    page.click("#run-parameters button[data-most]")
    page.wait(lambda: page.script(ROWS, "#run-parameters") == 200)
    page.find("#run-parameters-find").send_keys("PARAM_007")
    page.wait_for_text("1 of 200", "#run-parameters")
    assert SCRIPT in page.text("#run-parameters")
    page.find("#run-parameters-find").send_keys(Keys.BACKSPACE, "8")
    page.wait_for_text("3,000 characters", "#run-parameters")
    page.click("#run-parameters summary")
    page.wait(lambda: "x" * 3000 in page.text("#run-parameters"))
    page.wait(lambda: page.script(ROWS, "#run-tags > .run-part-body > .table-responsive") == 25)
    page.find("#run-tags-find").send_keys("git")
    page.wait_for_text("mlflow.source.git.branch", "#run-tags")
    assert page.script("return window.ran") is None
    assert page.script("return document.documentElement.scrollWidth <= window.innerWidth")


@pytest.fixture(scope="module")
def compared(tracking: Tracking) -> list[str]:
    """Logs two runs with hostile names, keys, values, commits and files."""
    experiment = tracking.experiment()
    made = []
    for n, commit in enumerate((COMMIT, f"{COMMIT[::-1]}")):
        run = tracking.run(
            experiment,
            name=f"{SCRIPT} {n}",
            params={"lr": ("1e-3", "0.001")[n], "net": str({"pi": [64, 64 + n]}), "bad": f"{SCRIPT}</script>{n}"},
            metrics={"episode_reward": [1.0, 2.0 + n], "loss": [1.0, (math.nan, 0.5)[n]], "custom/x": [n, n]},
            tags={"mlflow.source.git.commit": commit, "note": f"<!--<script>{n}"},
            started_ms=1_700_000_000_000 + n,
        )
        made.append(run)
        tracking.artifact(run, f"images/eval_step_{n}.png", GOOD["picture.png"])
        tracking.artifact(run, "images/bad_step_1.png", SCRIPT.encode())
        tracking.artifact(
            run, "images/drawing_step_2.svg", f'<svg xmlns="http://www.w3.org/2000/svg">{SVG}</svg>'.encode()
        )
        tracking.artifact(run, "videos/film_step_3.webm", GOOD["film.webm"])
    return made


def test_changes_are_shown_against_the_previous_run_or_a_typed_one(page: Page, compared: list[str]) -> None:
    page.open(f"/mlflow/runs/{compared[1]}")
    page.wait_for_text("What changed compared with another run")
    page.click("#run-changes > summary")
    page.wait_for_text("net.pi[1]", "#run-changes")
    changes = page.text("#run-changes")
    for part in ("lr (1e-3 = 0.001)", "+1; +50.0 %", "▲ better", "What was committed between"):
        assert part in changes
    assert "net.pi[0]" not in changes
    assert f"against={compared[0]}" in page.driver.current_url
    page.driver.refresh()
    page.wait_for_text("net.pi[1]", "#run-changes")
    typed = page.find("#run-changes-against")
    typed.clear()
    typed.send_keys("nobody at all", Keys.ENTER)
    page.wait_for_text("There is no such run.", "#run-changes")
    typed.clear()
    typed.send_keys(f"{SCRIPT} 0", Keys.ENTER)
    page.wait(lambda: typed.get_attribute("value") == compared[0])
    page.open(f"/mlflow?runs={','.join(compared)}&changes=true")
    page.wait_for_text("net.pi[1]", "#compare-changes")
    assert page.script("return window.ran") is None


# Opens the section as soon as it is there, which is before its script begins.
_OPENED_AT_ONCE = """
new MutationObserver((_changes, observer) => {
    const section = document.getElementById("run-changes");
    if (section) { section.open = true; observer.disconnect(); }
}).observe(document, { childList: true, subtree: true });
"""


def test_changes_opened_before_their_script_began_are_shown(page: Page, compared: list[str]) -> None:
    added = page.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": _OPENED_AT_ONCE})
    try:
        page.open(f"/mlflow/runs/{compared[1]}")
        page.wait_for_text("net.pi[1]", "#run-changes")
    finally:
        page.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)


def test_changes_opened_while_the_runs_are_being_read_arrive_without_a_click(
    serve: Callable[..., str], page: Page, compared: list[str], misbehaving: Misbehaving, cache_dir: Path
) -> None:
    may_continue = threading.Event()
    with Misbehaving(misbehaving.address) as slow:
        slow.alter = first_page_until(may_continue)
        PaceFile(cache_folder(cache_dir, slow.address), "MLflow").keep(Pace(most_runs=1, seconds_per_run=0.5))
        address = serve(slow.address)
        page.driver.get(f"{address}/mlflow/runs/{compared[1]}?against=")
        page.wait_for_text("Episode reward, 1 line")
        page.wait_for_text("is still returning its runs", "#run-changes")
        may_continue.set()
        page.wait_for_text("net.pi[1]", "#run-changes")


def test_a_report_opens_without_clew_and_runs_no_script_of_a_run(
    page: Page, compared: list[str], tmp_path: Path
) -> None:
    page.open(f"/mlflow?runs={','.join(compared)}&chart=custom/x&chart=%40reward&lang=en")
    page.wait(lambda: page.all("#compare-report"))
    page.script("document.getElementById('compare-report').addEventListener('click', e => e.preventDefault())")
    page.wait(lambda: page.find("#compare-panel").is_displayed())
    page.click("#compare-report")
    address = page.wait(lambda: page.find("#compare-report").get_attribute("href"))
    answer = requests.get(str(address), timeout=60)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    file = tmp_path / "report.html"
    file.write_bytes(answer.content)
    page.driver.get(file.as_uri())
    page.wait(lambda: len(page.all(".plot .main-svg .scatterlayer path")) >= 2)
    pictures = "return [...document.images].filter(i => i.naturalWidth > 0).length"
    page.wait(lambda: page.script(pictures) >= 2)
    text = page.text()
    for part in (SCRIPT, page.address, "custom/x", "net.pi[1]", "Made at", "Left out: 2", "videos/film"):
        assert part in text
    assert page.script("return window.ran") is None
    assert (
        page.script("return performance.getEntriesByType('resource').filter(r => r.name.startsWith('http')).length")
        == 0
    )
    assert page.script("return document.querySelectorAll('script').length") == 4  # two charts' data, and Clew's script
    assert page.console_errors() == []
    page.driver.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
    )
    assert page.script("return getComputedStyle(document.body).backgroundColor") == "rgb(27, 30, 33)"
