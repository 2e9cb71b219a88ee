"""The flows of the runs page, in a real browser."""

from urllib.parse import parse_qs, urlsplit

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.support.select import Select

from tests.browser.page import TICKS, Page
from tests.misbehaving import HALF_JSON, HTML, Misbehaving, only
from tests.tracking import Tracking

CHARTS = ("compare-chart-reward", "compare-chart-loss", "compare-chart-success-rate")

# The browser sorts and filters all rows, or the server returns a page of them: the results are the same.
IN_BOTH_WAYS = pytest.mark.usefixtures("native_or_paged_list")
MOSTLY_NATIVE = pytest.mark.usefixtures("mostly_native_list")


@pytest.fixture(scope="module")
def three(tracking: Tracking) -> tuple[str, list[str]]:
    """Logs an experiment of three runs; returns its name and their ids."""
    name = f"three-{tracking.experiment()}"
    group = tracking.experiment(name)
    metrics = {"episode_reward": [0.1, 0.5, 0.9], "loss": [3.0, 2.0, 1.0], "success_rate": [0.0, 0.5, 1.0]}
    ids = [
        tracking.run(
            group,
            name=f"run-{seed}",
            params={"algorithm": "PPO" if seed else "DQN", "env_id": "Maze", "seed": str(seed)},
            metrics=metrics,
            started_ms=1_790_000_000_000 + seed * 60_000,
        )
        for seed in range(3)
    ]
    return name, ids


def compared_ids(page: Page) -> list[str]:
    return parse_qs(urlsplit(page.driver.current_url).query).get("runs", [""])[0].split(",")


@MOSTLY_NATIVE
def test_three_runs_are_compared_and_a_reload_keeps_it(page: Page, three: tuple[str, list[str]]) -> None:
    experiment, ids = three
    page.open(f"/mlflow?experiment={experiment}")
    page.wait_for_rows(3)
    assert page.column("name") == ["run-2", "run-1", "run-0"]
    assert page.column("success_percent") == ["100.0"] * 3
    for name in ("run-0", "run-1", "run-2"):
        page.tick(name)
    page.wait_for_text("Compare 3 runs", "#runs-compare")
    page.click("#runs-compare")
    for chart in CHARTS:
        page.wait(lambda chart=chart: page.lines(chart) == [3, 3, 3])  # type: ignore[misc]
    assert sorted(compared_ids(page)) == sorted(ids)
    assert len(page.all(".final-metrics tbody tr")) == 3
    page.driver.refresh()
    for chart in CHARTS:
        page.wait(lambda chart=chart: page.lines(chart) == [3, 3, 3])  # type: ignore[misc]
    page.wait(lambda: sorted(page.ticked()) == ["run-0", "run-1", "run-2"])
    page.click("#compare-close")
    page.wait(lambda: not page.find("#compare-panel").is_displayed())
    assert "runs=" not in page.driver.current_url


def test_a_run_opens_without_a_page_load_and_back_restores_the_comparison(
    page: Page, three: tuple[str, list[str]]
) -> None:
    experiment, ids = three
    page.open(f"/mlflow?experiment={experiment}&runs={','.join(ids)}")
    page.wait(lambda: page.lines(CHARTS[0]) == [3, 3, 3])
    page.script("window.sameDocument = true")
    page.click("#runs-table td[data-dash-column='details'] a")
    page.wait(lambda: page.lines("run-chart-reward") == [3])
    page.wait_for_text("None of these runs logged: Episode length.", "#run-grid")
    assert page.script("return window.sameDocument")
    for fact in ("run-2", "PPO", "Maze", experiment, "100.0 %", "finished"):
        page.wait_for_text(fact, "#run-facts")
    link = page.find("#run-facts a[target=_blank]").get_attribute("href")
    assert link.endswith(f"/runs/{ids[2]}")
    page.wait_for_text("seed", "#run-parameters")
    page.driver.back()
    page.wait(lambda: page.lines(CHARTS[0]) == [3, 3, 3])


@MOSTLY_NATIVE
def test_a_running_run_appears_and_its_comparison_grows(page: Page, tracking: Tracking) -> None:
    name = f"live-{tracking.experiment()}"
    group = tracking.experiment(name)
    page.open(f"/mlflow?experiment={name}")
    page.wait_for_text("There is no experiment")
    page.script("window.dash_clientside.set_props('runs-experiment', {value: '*'})")
    page.wait(lambda: "There is no experiment" not in page.text())
    page.script("window.dash_clientside.set_props('runs-experiment', {value: arguments[0]})", name)
    run_id = tracking.run(group, name="live", status="RUNNING", metrics={"episode_reward": [0.0, 1.0]})
    page.wait(lambda: page.column("status") == ["running"])
    page.tick("live")
    page.click("#runs-compare")
    page.wait(lambda: page.lines(CHARTS[0]) == [2])
    tracking.log(run_id, "episode_reward", [2.0, 3.0, 4.0], first_step=3)
    page.wait(lambda: page.lines(CHARTS[0]) == [5])
    assert page.column("episodes") == ["5"]
    tracking.end(run_id)
    page.wait(lambda: page.column("status") == ["finished"])
    assert page.ticked() == ["live"]
    # An incremental refresh does not find it, and a person need not wait for the full one.
    tracking.delete(run_id)
    page.click("#runs-refresh")
    page.wait(lambda: page.column("status") == [])


@MOSTLY_NATIVE
def test_when_mlflow_fails_the_list_stays_with_its_age_and_a_retry(
    page: Page, misbehaving: Misbehaving, three: tuple[str, list[str]]
) -> None:
    experiment, _ids = three
    page.open(f"/mlflow?experiment={experiment}")
    page.wait_for_rows(3)
    misbehaving.answer = HALF_JSON
    page.wait_for_text("is not JSON")
    page.wait_for_text("The data shown is from", "#runs-failure")
    page.wait_for_text("ago", "#runs-freshness-text")
    assert len(page.column("name")) == 3
    misbehaving.answer = None
    page.click("#runs-retry")
    page.wait(lambda: not page.all("#runs-retry"))


def test_the_list_fills_once_mlflow_is_back(page: Page, misbehaving: Misbehaving) -> None:
    misbehaving.answer = HTML
    page.open("/mlflow")
    page.wait_for_text("Nothing has been read from it yet.")
    misbehaving.answer = None
    page.wait(lambda: not page.all("#runs-retry"))
    page.wait_for_rows()


@pytest.mark.parametrize(
    ("runs", "text"),
    [
        ("junk", "MLflow has no run junk"),
        ("%00,../x,%3Cscript%3E", "3 entries of the address are not run ids"),
        pytest.param(",".join(f"{n:032x}" for n in range(300)), "and 295 more", marks=pytest.mark.thorough),
        pytest.param("", "Compare 1 run", marks=pytest.mark.thorough),
    ],
)
def test_invalid_run_ids_in_the_address_are_reported_and_the_rest_is_drawn(
    page: Page, three: tuple[str, list[str]], runs: str, text: str
) -> None:
    experiment, ids = three
    page.open(f"/mlflow?experiment={experiment}&runs={runs},{ids[0]}")
    page.wait(lambda: page.lines(CHARTS[0]) == [3])
    page.wait_for_text(text)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/mlflow/runs/unknown", marks=pytest.mark.thorough),
        "/mlflow/runs/a%20b%3Cscript%3E",
        pytest.param(f"/mlflow/runs/{'x' * 3000}", marks=pytest.mark.thorough),
    ],
)
def test_an_unknown_run_is_reported(page: Page, path: str) -> None:
    page.expected_errors = ("503",)  # on a busy machine no run may be known yet when its metrics are requested
    page.open(path)
    page.wait_for_text("No such run")


def test_an_unknown_address_has_a_page_of_its_own(page: Page) -> None:
    page.expected_errors = ("404",)
    page.open("/etc/passwd")
    page.wait_for_text("There is no page at this address.")


@IN_BOTH_WAYS
def test_ticks_between_refreshes_apply_to_the_clicked_runs(page: Page, tracking: Tracking) -> None:
    """Rows move under ten quick clicks, with refreshes between them: each ticked run is the one that was clicked."""
    name = f"many-{tracking.experiment()}"
    group = tracking.experiment(name)
    for number in range(12):
        tracking.run(
            group, name=f"r{number:02d}", metrics={"success_rate": [number / 20]}, started_ms=1_790_000_000_000 + number
        )
    page.open(f"/mlflow?experiment={name}")
    page.wait_for_rows(12)
    page.click("#runs-table th[data-dash-column='name'] .column-header--sort")
    page.filter("success_percent", ">= 5")
    page.wait(lambda: page.column("name") == [f"r{number:02d}" for number in range(1, 12)])
    wanted = [f"r{number:02d}" for number in range(1, 11)]
    for count, run in enumerate(wanted):
        page.tick(run)
        # A newer run goes to the top of the rows, so every index below changes.
        tracking.run(group, name=f"new{count}", metrics={"success_rate": [0.01]}, started_ms=1_790_000_060_000 + count)
    page.wait(lambda: "10 runs" in page.text("#runs-compare"))
    page.wait(lambda: page.ticked() == wanted)
    assert page.column("name") == [f"r{number:02d}" for number in range(1, 12)]


@MOSTLY_NATIVE
def test_the_list_shows_how_many_runs_pass_a_filter(page: Page, misbehaving: Misbehaving, tracking: Tracking) -> None:
    group = tracking.experiment()
    misbehaving.alter = only(group)
    for number in range(3):
        tracking.run(group, name=f"r{number}")
    page.open("/mlflow")
    page.wait_for_rows(3)
    page.wait_for_text("3 runs", "#runs-freshness-text")
    assert page.text("#runs-table-shown") == ""
    page.filter("name", "r1")
    page.wait(lambda: page.text("#runs-table-shown").strip() == "· 1 shown")
    page.filter("name", "nobody")
    page.wait(lambda: page.text("#runs-table-shown").strip() == "· 0 shown")
    # A run that is added and passes no filter is counted, but not as a shown one.
    tracking.run(group, name="r3")
    page.wait_for_text("4 runs", "#runs-freshness-text")
    assert page.text("#runs-table-shown").strip() == "· 0 shown"
    page.filter("name", "r")
    page.wait(lambda: page.text("#runs-table-shown") == "")
    tracking.run(group, name="x")
    page.wait_for_text("5 runs", "#runs-freshness-text")
    page.wait(lambda: page.text("#runs-table-shown").strip() == "· 4 shown")


@MOSTLY_NATIVE
@pytest.mark.parametrize("moment", ["before", pytest.param("after", marks=pytest.mark.thorough)])
def test_a_tick_while_the_table_is_refilled_is_kept(page: Page, three: tuple[str, list[str]], moment: str) -> None:
    experiment, _ids = three
    page.open(f"/mlflow?experiment={experiment}")
    page.wait_for_rows(3)
    page.tick("run-2")
    page.wait_for_text("Compare 1 run", "#runs-compare")
    page.tick_while_filling(moment, "run-0")
    Select(page.find("#runs-algorithm")).select_by_value("DQN")
    page.wait(lambda: page.column("name") == ["run-0"] == page.ticked())
    page.wait_for_text("Compare 2 runs", "#runs-compare")
    Select(page.find("#runs-algorithm")).select_by_value("*")
    page.wait(lambda: page.column("name") == ["run-2", "run-1", "run-0"])
    page.wait(lambda: page.ticked() == ["run-2", "run-0"])


@MOSTLY_NATIVE
def test_the_comparison_fits_a_phone(page: Page, three: tuple[str, list[str]]) -> None:
    experiment, ids = three
    page.driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": 360, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    )
    page.open(f"/mlflow?experiment={experiment}&runs={','.join(ids)}")
    page.wait(lambda: page.lines(CHARTS[0]) == [3, 3, 3])
    assert page.script("return document.documentElement.scrollWidth <= window.innerWidth")
    page.wait(lambda: len(page.all(TICKS)) == 3)


@pytest.mark.thorough
def test_japanese_is_kept_from_page_to_page(page: Page, three: tuple[str, list[str]]) -> None:
    experiment, _ids = three
    page.open(f"/mlflow?experiment={experiment}&lang=ja")
    page.wait_for_text("すべてのアルゴリズム")
    page.wait_for_rows(3)
    assert page.script("return document.documentElement.lang") == "ja"
    page.tick("run-0")
    page.wait_for_text("1 件の実行を比較", "#runs-compare")
    page.click("#runs-table td[data-dash-column='details'] a")
    page.wait_for_text("最終成功率", "#run-facts")
    assert "lang=ja" in page.driver.current_url


@MOSTLY_NATIVE
def test_a_cell_names_the_key_it_came_from(page: Page, three: tuple[str, list[str]]) -> None:
    experiment, _ids = three
    page.open(f"/mlflow?experiment={experiment}")
    page.wait_for_rows(3)
    cell = page.find("#runs-table td[data-dash-column='success_percent']")
    ActionChains(page.driver).move_to_element(cell).perform()
    page.wait_for_text("success_rate", ".dash-tooltip")


@MOSTLY_NATIVE
def test_sample_data_is_marked_and_can_be_removed(page: Page, misbehaving: Misbehaving, tracking: Tracking) -> None:
    group = tracking.experiment()
    misbehaving.alter = only(group)
    sample = tracking.run(group, name="a-sample", tags={"clew.sample": "true"})
    own = tracking.run(group, name="my-own")
    page.open(f"/mlflow?runs={sample},{own}")
    page.wait_for_text("come with Clew")
    page.wait(lambda: "sample" in page.column("sample"))
    page.wait(lambda: len(page.all(".final-metrics tbody tr")) == 2)
    page.wait_for_text("sample", ".final-metrics tbody tr")
    page.click("#runs-sample-remove")
    page.wait_for_text("Your own are kept.")
    page.wait(lambda: page.find("#runs-sample-confirm").is_displayed())
    page.click("#runs-sample-confirm")
    page.wait_for_text("1 sample run was removed.")
    page.click("#runs-sample-cancel")
    # The origin's column disappears with the last sample; DataTable loses a filter that is typed at that moment.
    page.wait(lambda: not any("Origin" in heading.text for heading in page.all("#runs-table th")))
    page.filter("name", "my-own")
    page.wait(lambda: page.column("name") == ["my-own"])
    page.wait(lambda: "a-sample" not in page.text(".final-metrics"))
    # Deleted runs leave the selection as well.
    page.wait_for_text("Compare 1 run", "#runs-compare")
