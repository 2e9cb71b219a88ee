"""Diverged runs and rates in another unit as a person sees them: in the list, on their page, compared, as seeds."""

import csv
import io
import math
from pathlib import Path

import pytest
from dash.testing.browser import Browser
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

from tests.browser.axe import grave_violations
from tests.browser.page import Page
from tests.tracking import Tracking

NAN, INF = math.nan, math.inf


@pytest.fixture
def runs(tracking: Tracking) -> dict[str, str]:
    """Logs runs and returns their ids by name: `gone` diverged from step 4 on, `endless`, `percent`, `fine`."""
    group = tracking.experiment()
    logged = {
        "gone": {"episode_reward": [0.0, 1.0, 2.0, NAN, NAN], "loss": [1.0, 0.5, 0.25, NAN, NAN]},
        "endless": {
            "episode_reward": [5.0, -INF],
            "loss": [1.0, INF],
            "success_rate": [0.5, 0.75],
            "eval/mean_reward": [1.0, 1.0, NAN],
        },
        "percent": {"episode_reward": [1.0, 2.0], "success_rate": [12.0, 87.0]},
        "fine": {"episode_reward": [1.0, 2.0], "loss": [1.0, 0.5], "success_rate": [0.25, 0.5]},
    }
    params = {"algorithm": "PPO", "env_id": "Maze"}
    found = {
        name: tracking.run(group, name=name, params=params | {"seed": name}, metrics=metrics)
        for name, metrics in logged.items()
    }
    return found | {"experiment": _name(tracking, group)}


def _name(tracking: Tracking, experiment_id: str) -> str:
    answer = tracking.post("experiments/search", {"max_results": 1000})["experiments"]
    return str(next(one["name"] for one in answer if one["experiment_id"] == experiment_id))


def cell(page: Page, name: str, column: str) -> str:
    return str(page.in_row(name, f"row.querySelector('td[data-dash-column={column}]').innerText.trim()"))


def test_the_list_marks_diverged_runs_and_still_sorts_and_filters_numbers(page: Page, runs: dict[str, str]) -> None:
    page.open(f"/mlflow?experiment={runs['experiment']}")
    page.wait_for_rows(4)
    page.wait(lambda: cell(page, "gone", "remarks") == "diverged (NaN at step 5): episode_reward, loss")
    assert "−inf at step 2" in cell(page, "endless", "remarks")
    assert cell(page, "percent", "remarks") == "out of range: 87 (success_rate)"
    assert cell(page, "percent", "success_percent") == "out of range"
    assert cell(page, "gone", "success_percent") == ""  # a dash, drawn by the style sheet
    assert cell(page, "fine", "remarks") == "–"
    # Numbers are in order, and non-numbers last, in both directions.
    for direction, order in (("asc", ["50.0", "75.0"]), ("desc", ["75.0", "50.0"])):
        sort = f"[{{column_id: 'success_percent', direction: '{direction}'}}]"
        page.script(f"window.dash_clientside.set_props('runs-table', {{sort_by: {sort}}})")
        page.wait(lambda order=order: page.column("success_percent")[:2] == order)
    page.filter("success_percent", "> 1")
    page.wait(lambda: sorted(page.column("name")) == ["endless", "fine"])
    page.filter("success_percent", "< 100")
    page.wait(lambda: sorted(page.column("name")) == ["endless", "fine"])
    page.driver.refresh()
    page.wait(lambda: sorted(page.column("name")) == ["endless", "fine"])
    page.filter("success_percent", "")
    page.wait_for_rows(4)
    page.filter("remarks", "diverged")
    page.wait(lambda: sorted(page.column("name")) == ["endless", "gone"])


def test_metric_columns_show_diverged_in_place_of_the_number(page: Page, runs: dict[str, str]) -> None:
    page.open(f"/mlflow?experiment={runs['experiment']}")
    page.wait_for_rows(4)
    page.wait(lambda: cell(page, "gone", "remarks"))
    shown = "['name', 'final_reward', 'final_loss']"
    page.script(f"window.dash_clientside.set_props('runs-columns', {{data: {shown}}})")
    page.wait(lambda: (cell(page, "gone", "final_reward"), cell(page, "gone", "final_loss")) == ("diverged",) * 2)
    assert cell(page, "fine", "final_reward") == "2.000"
    assert cell(page, "percent", "final_loss") == ""


def test_without_diverged_runs_there_is_no_remarks_column(page: Page, tracking: Tracking) -> None:
    name = "plain-runs"
    tracking.run(tracking.experiment(name), name="plain", metrics={"loss": [1.0]})
    page.open("/mlflow")
    page.wait_for_rows(1)
    heads = "return [...document.querySelectorAll('#runs-table th.dash-header')].map(th => th.dataset.dashColumn)"
    rows = "window.clew.propsOf('runs-rows').data"
    page.wait(lambda: page.script(f"return {rows} && {rows}.length > 0"))
    plain = f"window.dash_clientside.set_props('runs-rows', {{data: {rows}.filter(row => row.remarks === '–')}})"

    def is_plain() -> bool:
        page.script(plain)  # repeated: the first reading arrives in parts, and brings the others back
        return "remarks" not in page.script(heads)

    page.wait(is_plain)


def test_the_run_page_names_the_step_of_divergence_and_marks_the_end_of_each_line(
    page: Page, runs: dict[str, str]
) -> None:
    page.open(f"/mlflow/runs/{runs['gone']}")
    page.wait(lambda: page.text("#run-facts").count("diverged at step 4 (NaN)") == 2)
    assert page.text("#run-facts .diverged") == "diverged"
    for word in ("reward", "loss"):
        page.wait_for_text("✕ diverged at step 4 (NaN)", f"#run-chart-{word}")
        marks = f"#run-chart-{word} .js-plotly-plot .scatterlayer .points path.point"
        page.wait(lambda marks=marks: len(page.all(marks)) == 1)
        summary = page.find(f"#run-summary-{word}").get_attribute("textContent")
        assert "diverged at step 4 (NaN)" in str(summary)
    for scheme in ("light", "dark"):
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        page.wait(lambda scheme=scheme: page.find("html").get_attribute("data-bs-theme") == scheme)
        fades = "return document.getAnimations().some(one => one.playState === 'running')"
        page.wait(lambda fades=fades: not page.script(fades))  # colours in transition match no scheme
        assert grave_violations(page, scheme) == []
    page.open(f"/mlflow/runs/{runs['endless']}")
    page.wait_for_text("eval/mean_reward diverged at step 3 (NaN)", "#run-facts")
    page.open(f"/mlflow/runs/{runs['percent']}")
    page.wait_for_text("out of range: 87", "#run-facts")
    page.wait_for_text("Success rate, as logged", "#run-chart-success-rate")
    assert "8,700" not in page.text()


def test_a_comparison_and_its_table_show_the_divergence(page: Page, runs: dict[str, str], dash_br: Browser) -> None:
    ids = ",".join(runs[name] for name in ("gone", "endless", "percent", "fine"))
    page.open(f"/mlflow?experiment={runs['experiment']}&runs={ids}")
    page.wait(lambda: page.text("#compare-table").count("diverged at step 4 (NaN)") == 2)
    assert "diverged at step 2 (−inf)" in page.text("#compare-table")
    assert "diverged at step 3 (NaN)" in page.text("#compare-table")  # the evaluation's, which no chart draws
    assert "out of range: 87" in page.text("#compare-table")
    page.wait_for_text("✕ diverged: 2 of 4", "#compare-chart-reward")
    page.wait_for_text("(out of range: 87)", "#compare-chart-success-rate")
    assert grave_violations(page, "comparison", part="#compare-panel") == []
    Select(page.find("#option-final")).select_by_value("best")
    page.wait(lambda: "2; diverged at step 4 (NaN)" in page.text("#compare-table"))
    page.click("#compare-table-csv")
    folder = Path(dash_br.download_path)
    page.wait(lambda: list(folder.glob("clew-runs*.csv")))
    [file] = folder.glob("clew-runs*.csv")
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(page.wait(lambda: file.read_text())))}
    file.unlink()
    assert rows["gone"]["diverged:reward"] == "step 4: NaN"
    assert rows["endless"]["diverged:reward"] == "step 2: -inf"
    assert rows["percent"]["out_of_range:success_rate"] == "87.0"


def test_the_viewer_chooses_how_diverged_seeds_count_and_the_address_keeps_it(page: Page, tracking: Tracking) -> None:
    group = tracking.experiment()
    logged = [[1.0, 2.0, 3.0], [1.0, 4.0, 5.0], [1.0, 6.0, 7.0], [1.0, NAN, NAN], [1.0, 2.0, NAN]]
    ids = [
        tracking.run(group, params={"algorithm": "PPO", "seed": str(seed)}, metrics={"episode_reward": values})
        for seed, values in enumerate(logged)
    ]
    page.open(f"/mlflow?grouped=true&runs={','.join(ids)}")
    table = "#compare-table .group-metrics"
    page.wait_for_text("2 of 5 diverged: 4 left from step 2, 3 left from step 3", table)
    assert "count as the worst" in page.text("#compare-table")
    assert page.find(f"{table} tbody td").text == "5"
    Select(page.find("#option-diverged")).select_by_value("left_out")
    page.wait_for_text("are left out of the scores", "#compare-table")
    assert page.find(f"{table} tbody td").text == "3"
    assert "diverged=left_out" in page.driver.current_url
    page.driver.refresh()
    page.wait_for_text("are left out of the scores", "#compare-table")
    label = page.driver.find_element(By.CSS_SELECTOR, "label[for=option-diverged]")
    assert label.text == "Diverged runs count"
