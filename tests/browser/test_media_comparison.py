"""Videos and pictures of compared runs: at one step, played in sync; and the last log lines of a crash on its page."""

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.page import Page
from tests.run_files.hostile_files import pixels
from tests.run_files.webm import film, shade
from tests.tracking import Tracking

FRAMES = 500
TIMES = "return [...document.querySelectorAll('#compare-media video')].map(video => video.currentTime)"
READY = (
    "const all = [...document.querySelectorAll('#compare-media video')];"
    "return all.length === arguments[0] && all.every(video => video.readyState >= 2)"
)


@pytest.fixture(scope="module")
def runs(tracking: Tracking) -> list[str]:
    """Logs two runs with videos, the second of which lacks one of the three steps; the first has failed."""
    experiment = tracking.experiment()
    found = [
        tracking.run(experiment, name=f"films-{n}", status=status) for n, status in enumerate(("FAILED", "FINISHED"))
    ]
    # Of 20 s, since a slow machine presses Pause long after Play.
    shades = [shade(n // 2) for n in range(FRAMES)]
    for number, run_id in enumerate(found):
        for step in (0, 100, 200)[: 3 - number]:
            tracking.artifact(run_id, f"videos/eval_step_{step}.webm", film(shades[: FRAMES - 10 * number], 64, 64))
        tracking.artifact(run_id, "images/board_step_5.png", pixels("PNG"))
    tracking.artifact(found[0], "stderr.txt", b"Traceback\nRuntimeError: out of memory\n")
    return found


def test_videos_of_two_runs_play_in_sync(page: Page, runs: list[str]) -> None:
    page.open(f"/mlflow?runs={','.join(runs)}")
    page.wait_for_text("Pictures and videos side by side")
    page.click("#compare-media summary")
    page.wait_for_text("Step 200", "#compare-media")
    page.wait_for_text("Nothing at step 200; the nearest is 100.", "#compare-media")
    page.script("[...document.querySelectorAll('.media-cell button')][0].click()")
    page.wait_for_text("Step 100", "#compare-media output")
    page.wait(lambda: page.script(READY, 2))
    press = "[...document.querySelectorAll('.media-controls button')].find(b => b.textContent === arguments[0]).click()"
    page.script(press, "Play")
    page.wait(lambda: min(page.script(TIMES)) > 0.3)
    page.script(press, "Pause")
    page.script(press, "+1")
    page.wait(lambda: not page.script("return [...document.querySelectorAll('video')].some(video => video.seeking)"))
    one, other = page.script(TIMES)
    assert abs(one - other) < 0.04 or other >= (FRAMES - 10) / 25 - 0.05  # within a frame, or the shorter one's last
    page.script(press, "+1")
    page.wait(lambda: page.script(TIMES)[0] > one)
    assert page.script(TIMES)[0] - one == pytest.approx(0.04, abs=0.01)
    page.script("const s = document.getElementById('compare-media-key'); s.value = 'images/board'; s.onchange()")
    page.wait(lambda: page.script("return document.querySelectorAll('.media-cell img').length") == 2)
    assert not page.find(".media-controls").is_displayed()


def test_a_custom_pattern_and_the_shown_state_are_in_the_address(page: Page, runs: list[str]) -> None:
    page.open(f"/mlflow?runs={','.join(runs)}&media_key=videos%2Feval&media_step=100")
    page.wait_for_text("Step 100", "#compare-media output")
    box = page.find("#compare-media-pattern")
    box.send_keys("board_*{step}.png", Keys.ENTER)
    page.wait_for_text("Step 5", "#compare-media output")
    assert "media=board_*%7Bstep%7D.png" in page.driver.current_url.replace("%2A", "*")
    page.driver.refresh()
    page.wait_for_text("Step 5", "#compare-media output")
    box = page.find("#compare-media-pattern")
    box.clear()
    box.send_keys("videos/{key}", Keys.ENTER)
    page.wait_for_text("does not show where the step is: write {step} once", "#compare-media")
    # Also on a run's own page.
    page.open(f"/mlflow/runs/{runs[0]}?media_step=200&media_key=videos%2Feval")
    page.wait_for_text("Step 200", "#compare-media output")


def test_the_page_of_a_failed_run_starts_with_its_last_log_lines(page: Page, runs: list[str]) -> None:
    page.open(f"/mlflow/runs/{runs[0]}")
    page.wait_for_text("RuntimeError: out of memory", "#run-console")
    page.click("#run-console a")
    page.wait_for_text("stderr.txt", "#run-artifacts .artifact-path")
    page.open(f"/mlflow/runs/{runs[1]}")
    page.wait_for_text("films-1", "h1")
    assert page.all("#run-console") == []
