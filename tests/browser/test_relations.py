"""The relations of the listed runs in a real browser: axes, ranges, brushing, ticks, and their address."""

import uuid
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.browser.axe import grave_violations
from tests.browser.page import Page
from tests.tracking import Tracking

SCATTER = "#relations .relations-part:has(.relations-scatter)"
PARALLEL = "#relations .relations-part:has(.relations-parallel)"
TICK = "> div > button:first-child"
DRAG = """
const [plot, from, to] = arguments, canvas = document.querySelector(`${plot} canvas:nth-of-type(2)`);
const box = canvas.getBoundingClientRect();
const at = ([x, y]) => ({clientX: box.left + x * box.width, clientY: box.top + y * box.height, bubbles: true, pointerId: 1, button: 0});
canvas.setPointerCapture = () => {};
canvas.dispatchEvent(new PointerEvent('pointerdown', at(from)));
canvas.dispatchEvent(new PointerEvent('pointermove', at(to)));
canvas.dispatchEvent(new PointerEvent('pointerup', at(to)));
"""
SELECTED = "return window.clew.propsOf('runs-selected').data"


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.driver.current_url).query)


def field(page: Page, part: str, label: str) -> str:
    """Returns the selector of the field with this label."""
    found = page.script(
        "const [part, label] = arguments;"
        "return [...document.querySelectorAll(`${part} label`)].find(l => l.textContent === label)?.htmlFor",
        part,
        label,
    )
    return f"#{found}"


def fill(page: Page, part: str, label: str, text: str) -> None:
    filled = """
        const [part, text, value] = arguments;
        const label = [...document.querySelectorAll(`${part} label`)].find(l => l.textContent === text);
        if (!label) return false;
        const field = document.getElementById(label.htmlFor);
        field.value = value;
        field.dispatchEvent(new Event('change', {bubbles: true}));
        return true;"""
    page.wait(lambda: page.script(filled, part, label, text))


@pytest.fixture
def experiment() -> str:
    """Returns the name of an experiment of its own."""
    return f"sweep <b>%{{x}} {uuid.uuid4().hex[:8]}"


@pytest.fixture
def sweep(page: Page, tracking: Tracking, experiment: str) -> list[str]:
    """Logs ten runs, better the higher their rate; one diverged, one logged no rate. Returns their ids; the list
    shows them alone."""
    group = tracking.experiment(experiment)
    ids = [
        tracking.run(
            group,
            name=f"s{n}",
            params={"lr_sweep": str(10.0 ** (n - 5)), "algo": "ppo" if n < 5 else "dqn"} if n < 9 else {},
            metrics={"episode_reward": [float(n) if n != 8 else float("nan")]},
        )
        for n in range(10)
    ]
    page.open("/mlflow?" + urlencode({"experiment": experiment}))
    page.wait_for_rows(10)
    return ids


def test_the_scatter_plot_takes_any_two_columns_and_counts_runs_without_a_value(
    page: Page, sweep: list[str], experiment: str
) -> None:
    page.click(f"{SCATTER} > summary")
    fill(page, SCATTER, "x axis", "param:lr_sweep")
    fill(page, SCATTER, "y axis", "Final reward")
    page.wait_for_text("On these axes: 8.", SCATTER)
    page.wait_for_text("Not placed on lr_sweep (parameter): 1 with no value.", SCATTER)
    page.wait_for_text("Not placed on Final reward: 1 diverged.", SCATTER)
    assert (query(page)["sx"], query(page)["sy"]) == (["param:lr_sweep"], ["final_reward"])
    fill(page, SCATTER, "Colour", "Algorithm")
    page.wait_for_text("ppo", f"{SCATTER} .relations-legend")
    assert grave_violations(page, "scatter", part="#relations-place") == []


def test_runs_are_ticked_by_dragging_over_the_scatter_plot_and_by_keys(
    page: Page, sweep: list[str], experiment: str
) -> None:
    page.click(f"{SCATTER} > summary")
    fill(page, SCATTER, "x axis", "param:lr_sweep")
    fill(page, SCATTER, "y axis", "Final reward")
    page.wait_for_text("On these axes: 8.", SCATTER)
    page.script(DRAG, ".relations-scatter", [0.0, 0.0], [1.0, 1.0])
    page.wait(lambda: sorted(page.script(SELECTED)) == sorted(sweep[:8]))
    page.wait(lambda: len(page.ticked()) == 8)
    # By keys alone: a range in numbers, and a button.
    fill(page, SCATTER, "y axis from", "4.5")
    page.wait_for_text("On these axes: 3.", SCATTER)
    page.click(f"{SCATTER} {TICK}")
    page.wait(lambda: sorted(page.script(SELECTED)) == sorted(sweep[5:8]))
    page.click("#runs-compare")
    page.wait(lambda: sorted(query(page)["runs"][0].split(",")) == sorted(sweep[5:8]))


def test_ranges_of_parallel_coordinates_tick_the_runs_inside_them(
    page: Page, sweep: list[str], experiment: str
) -> None:
    page.open(
        "/mlflow?"
        + urlencode(
            [
                ("experiment", experiment),
                *(("parallel", ref) for ref in ("param:lr_sweep", "algorithm", "final_reward")),
            ]
        )
    )
    page.wait_for_text("In the ranges: 10.", PARALLEL)
    # From the middle of the last axis to its top.
    page.script(DRAG, ".relations-parallel", [0.962, 0.45], [0.962, 0.05])
    page.wait(lambda: sorted(page.script(SELECTED)) == sorted([*sweep[5:8], sweep[9]]))
    fill(page, PARALLEL, "Values of Algorithm", "0")
    page.wait(lambda: '["algorithm","dqn","dqn"]' in query(page)["prange"])
    page.wait_for_text("In the ranges: 3.", PARALLEL)
    address = page.driver.current_url
    page.open("/mlflow")
    page.driver.get(address)
    page.wait_for_text("In the ranges: 3.", PARALLEL)
    assert page.driver.current_url == address
    page.click(f"{PARALLEL} button[aria-label='Move Algorithm to the left']")
    page.wait(lambda: query(page)["parallel"] == ["algorithm", "param:lr_sweep", "final_reward"])
    # By dragging its name with a finger to the right end.
    left, top, width = page.script(
        "const plot = document.querySelector('.relations-parallel'); plot.scrollIntoView({block: 'center', behavior: 'instant'});"
        "const box = plot.getBoundingClientRect(); return [box.left, box.top, box.width]"
    )
    page.drag_with_finger((left + 46, top + 15), (left + width - 10, top + 20))
    page.wait(lambda: query(page)["parallel"] == ["param:lr_sweep", "final_reward", "algorithm"])
    page.click(f"{PARALLEL} button[aria-label='Remove the axis lr_sweep (parameter)']")
    page.wait(lambda: query(page)["parallel"] == ["final_reward", "algorithm"])
    assert grave_violations(page, "parallel", part="#relations-place") == []


def test_the_address_carries_axes_scales_and_ranges(page: Page, sweep: list[str], experiment: str) -> None:
    query_parts = [
        ("experiment", experiment),
        ("sx", "param:lr_sweep"),
        ("sy", "final_reward"),
        ("slog", "x"),
        ("sxr", "0.001..1"),
    ]
    page.open("/mlflow?" + urlencode(query_parts))
    page.wait_for_text("On these axes: 4.", SCATTER)
    assert page.find(field(page, SCATTER, "x axis from")).get_attribute("value") == "0.001"
    assert query(page) == {
        "experiment": [experiment],
        "relations": ["scatter"],
        "sx": ["param:lr_sweep"],
        "sy": ["final_reward"],
        "slog": ["x"],
        "sxr": ["0.001..1"],
    }
    page.expected_errors = ("400",)
    page.open("/mlflow?sx=nonsense&sy=final_reward")
    page.wait_for_text("nonsense", "#relations [role=alert]")


def test_a_range_of_texts_is_stored_by_its_texts_and_older_links_open(
    page: Page, tracking: Tracking, experiment: str
) -> None:
    """Older links have numbers of categories: dqn was 0, ppo 1, and a2c, which comes first now, did not exist."""
    group = tracking.experiment(experiment)
    for name, algorithm in (("p", "ppo"), ("q", "ppo"), ("d", "dqn")):
        tracking.run(group, name=name, params={"algo": algorithm}, metrics={"episode_reward": [1.0]})
    page.expected_errors = ("/runs/columns",)  # 503 while the list is read for the first time: the page asks again
    query_parts = [("experiment", experiment), ("parallel", "algorithm"), ("sx", "algorithm"), ("sy", "final_reward")]
    page.open("/mlflow?" + urlencode([*query_parts, ("prange", "0.5..1.5:algorithm"), ("sxr", "[0.5..1.5")]))
    page.wait_for_text("In the ranges: 2.", PARALLEL)
    page.wait(lambda: query(page)["prange"] == ['["algorithm","ppo","ppo"]'])
    page.wait(lambda: "sxr" not in query(page))
    address = page.driver.current_url
    tracking.run(group, name="a", params={"algo": "a2c"}, metrics={"episode_reward": [1.0]})
    page.driver.get(address)
    page.wait_for_text("4 of", PARALLEL)
    page.wait_for_text("In the ranges: 2.", PARALLEL)
    page.driver.get(address.replace("ppo", "sac"))
    page.wait_for_text("In the ranges: 0.", PARALLEL)
