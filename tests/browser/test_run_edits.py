"""Changes to runs in a real browser: on a run's page, for the ticked runs of the list, and in the trash."""

from typing import Any

import pytest
import requests
from selenium.webdriver.common.keys import Keys

from tests.browser.page import Page
from tests.misbehaving import Misbehaving
from tests.tracking import Tracking

HOSTILE = """# <b>Why</b>
<script>window.hacked = 1</script><img src=x onerror="window.hacked = 2">
[click](javascript:window.hacked=3) [data](data:text/html,<script>window.hacked=4</script>) ![p](https://evil.invalid/x.png)
<svg onload="window.hacked = 5">

[paper](https://example.org/paper) **bold**
"""


@pytest.fixture
def group(tracking: Tracking) -> tuple[str, list[str]]:
    """Logs an experiment of four runs; returns its name and their ids."""
    name = f"edited-{tracking.experiment()}"
    experiment = tracking.experiment(name)
    return name, [
        tracking.run(experiment, name=f"edited-{n}", params={"algorithm": "PPO"}, tags={"team": "a"}) for n in range(4)
    ]


def tags(tracking: Tracking, run_id: str) -> dict[str, str]:
    answer = requests.get(f"{tracking.address}/api/2.0/mlflow/runs/get", params={"run_id": run_id}, timeout=120)
    return {tag["key"]: tag["value"] for tag in answer.json()["run"]["data"]["tags"]}


def stage(tracking: Tracking, run_id: str) -> str:
    answer = requests.get(f"{tracking.address}/api/2.0/mlflow/runs/get", params={"run_id": run_id}, timeout=120)
    return str(answer.json()["run"]["info"]["lifecycle_stage"])


def press(page: Page, text: str, within: str = "#run-edits") -> None:
    """Clicks the button of this text, once it exists."""
    code = "[...document.querySelectorAll(`${arguments[0]} button`)].find(one => one.textContent.trim() === arguments[1] && !one.disabled)"
    page.wait(lambda: page.script(f"const one = {code}; one?.click(); return Boolean(one)", within, text))


def change(page: Page, item: str) -> None:
    """Chooses an entry of the menu for ticked runs."""
    page.wait(lambda: page.script("return !document.querySelector('#runs-change button, button#runs-change').disabled"))
    page.click("#runs-change button, button#runs-change")
    page.click(item)


def test_the_section_comes_by_itself_once_mlflow_answers_and_an_unknown_run_has_none(
    page: Page, misbehaving: Misbehaving, group: tuple[str, list[str]]
) -> None:
    _name, [run_id, *_others] = group
    misbehaving.instead[f"runs/get?run_id={run_id}"] = (503, b"", "text/plain")
    page.open(f"/mlflow/runs/{run_id}")
    page.wait_for_text("cannot be read now", "#run-edits")
    misbehaving.instead.clear()
    page.wait_for_text("Rename", "#run-edits")
    page.open(f"/mlflow/runs/{'0' * 32}")
    page.wait(lambda: page.script("return document.getElementById('run-edits')?.hidden"))


def test_a_run_is_renamed_noted_and_tagged_and_no_script_of_a_note_runs(
    page: Page, tracking: Tracking, group: tuple[str, list[str]]
) -> None:
    _name, [run_id, *_others] = group
    page.open(f"/mlflow/runs/{run_id}")
    # Four successes are shown at once below, however long each takes: none fades before.
    page.wait(lambda: page.script("return document.getElementById('changes').dataset.seconds = '600'"))
    press(page, "Rename")
    box = page.find("#run-edits input")
    box.clear()
    box.send_keys("a better name" + Keys.ENTER)
    page.wait_for_text("a better name", "#run-facts h1")
    press(page, "Add a note")
    page.script("document.querySelector('#run-edits textarea').value = arguments[0]", HOSTILE)
    press(page, "Save")
    page.wait_for_text("bold", "#run-edits .run-note strong")
    assert page.script("return window.hacked") is None
    found = "return [...document.querySelectorAll('.run-note *')].map(one => one.tagName)"
    assert set(page.script(found)) <= {"H3", "P", "A", "STRONG", "BR"}
    links = "return [...document.querySelectorAll('.run-note a')].map(one => one.getAttribute('href'))"
    assert page.script(links) == ["https://evil.invalid/x.png", "https://example.org/paper"]
    press(page, "Edit tags")
    press(page, "Add")
    key, value = page.all("#run-edits .run-tag:last-child input")
    key.send_keys("sweep")
    value.send_keys("7" + Keys.ENTER)
    page.wait(lambda: tags(tracking, run_id).get("sweep") == "7")
    press(page, "Mark as baseline")
    page.wait_for_text("baseline", "#run-facts")
    # Undo of the last change, offered in its toast.
    page.wait(lambda: len(page.all(".clew-toast[data-outcome=done]")) >= 4)
    page.script("[...document.querySelectorAll('.clew-toast')].at(-1).querySelector('.btn-link').click()")
    page.wait(lambda: "clew.baseline" not in tags(tracking, run_id))
    page.click("#run-edits summary")
    for entry in (
        "renamed “edited-0” to “a better name”",
        "wrote the note",
        "marked as baseline",
        "no longer baseline",
    ):
        page.wait_for_text(entry, "#run-edits .run-history")


def test_a_second_writer_is_shown_what_the_first_wrote(
    page: Page, tracking: Tracking, group: tuple[str, list[str]]
) -> None:
    _name, [run_id, *_others] = group
    page.open(f"/mlflow/runs/{run_id}")
    press(page, "Add a note")
    page.find("#run-edits textarea").send_keys("mine")
    tracking.post("runs/set-tag", {"run_id": run_id, "key": "mlflow.note.content", "value": "theirs"})
    press(page, "Save")
    page.wait_for_text("theirs", "#run-edits .run-theirs")
    assert tags(tracking, run_id)["mlflow.note.content"] == "theirs"
    assert page.find("#run-edits textarea").get_property("value") == "mine"
    press(page, "Save")
    page.wait(lambda: tags(tracking, run_id)["mlflow.note.content"] == "mine")
    page.click("#run-edits summary")
    page.click("#run-edits .run-history summary")
    page.wait_for_text("theirs", "#run-edits .run-history pre")


@pytest.mark.usefixtures("mostly_native_list")
def test_ticked_runs_are_archived_deleted_and_brought_back(
    page: Page, tracking: Tracking, group: tuple[str, list[str]]
) -> None:
    name, ids = group
    page.open(f"/mlflow?experiment={name}")
    page.wait_for_rows(4)
    for run in ("edited-0", "edited-1"):
        page.tick(run)
    change(page, "#runs-change-archive")
    page.wait(lambda: page.column("name") == ["edited-3", "edited-2"])
    page.wait_for_text("Show archived (", "label[for=runs-archived]")
    page.click("#runs-archived")
    page.wait(lambda: len(page.column("name")) == 4)
    assert page.column("marks") == ["–", "–", "archived", "archived"]
    page.wait(lambda: "archived=true" in page.driver.current_url)
    page.click("#runs-clear")
    for run in ("edited-1", "edited-2", "edited-3"):
        page.tick(run)
    change(page, "#runs-change-delete")
    page.click("#change-confirm")
    page.wait(lambda: page.column("name") == ["edited-0"])
    assert {stage(tracking, run_id) for run_id in ids[1:]} == {"deleted"}
    page.open("/mlflow/trash")
    page.wait_for_text("edited-3", f"tr[data-run='{ids[3]}']")
    page.click(f"tr[data-run='{ids[3]}'] button")
    page.wait(lambda: not page.all(f"tr[data-run='{ids[3]}']"))
    assert stage(tracking, ids[3]) == "active"
    # The others together: all that pass the search, without those that another test may have deleted.
    page.find("#run-trash input[type=search]").send_keys(name)
    page.wait(lambda: len(page.all("#run-trash tbody tr")) == 2)
    page.click("#run-trash thead input")
    page.wait_for_text("(2)", "#run-trash [data-restores]")
    page.click(f"tr[data-run='{ids[1]}'] input")
    page.wait_for_text("(1)", "#run-trash [data-restores]")
    assert page.script("return document.querySelector('#run-trash thead input').indeterminate")
    page.click(f"tr[data-run='{ids[1]}'] input")
    page.click("#run-trash [data-restores]")
    page.wait(lambda: not page.all("#run-trash tbody tr"))
    assert {stage(tracking, run_id) for run_id in ids} == {"active"}


def test_a_read_only_clew_offers_nothing_that_it_refuses(
    serve: Any, dash_br: Any, tracking: Tracking, mlflow_address: str, group: tuple[str, list[str]]
) -> None:
    name, [run_id, *_others] = group
    page = Page(dash_br.driver, serve(mlflow_address, read_only=True))
    page.open(f"/mlflow/runs/{run_id}")
    page.wait(lambda: page.all("#run-edits button"))
    usable = "return [...document.querySelectorAll(arguments[0])].filter(one => one.offsetParent && !one.matches(':disabled')).map(one => one.textContent)"
    assert page.script(usable, "#run-edits button") == []
    page.open(f"/mlflow?experiment={name}")
    page.wait_for_rows(4)
    page.tick("edited-0")
    page.wait_for_text("Compare 1 run", "#runs-compare")
    assert page.script(usable, "#runs-change-place button") == []
    assert page.console_errors() == []
