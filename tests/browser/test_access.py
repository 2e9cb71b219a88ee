"""Every page for people with low vision, without a mouse, or on a slow connection."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import psutil
import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from tests.browser.axe import grave_violations
from tests.browser.whole_site import Site, whole_site
from tests.gpus.conftest import Start, library, start  # noqa: F401
from tests.site_pages import unvisited
from tests.tracking import Tracking

MAX_BYTES = 2_500_000
CHECKBOX = "#runs-table td.dash-select-cell input"
# For the focused element: whether it is the wanted one, how wide its ring is, and its description.
FOCUS = """const e = document.activeElement, s = getComputedStyle(e);
return [e.matches(arguments[0]), s.outlineStyle === 'none' ? 0 : parseFloat(s.outlineWidth), e.outerHTML.slice(0, 200)]"""


@pytest.fixture(scope="module")
def site(tracking: Tracking, start: Start, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:  # noqa: F811
    held = f"process 1 {psutil.Process().pid} 4096"
    monitor = start(state=f"count 2\nutil 0 90\nutil 1 0\n{held}", GPU_SAMPLE_SECONDS="0.5")
    with whole_site(tracking, monitor.port, tmp_path_factory.mktemp("site")) as site:
        yield site
        assert site.console_errors() == []


class Visit(NamedTuple):
    """Describes a visit of a page: when it is complete, what is then pressed, and which part of it is checked."""

    path: str
    has_shown: Callable[[], object]
    pressed: tuple[str, ...] = ()
    part: str = "html"


class Found(NamedTuple):
    """Holds what was found on opening every page once."""

    violations: list[str]
    weighed: dict[str, dict[str, int]]


@pytest.fixture(scope="module")
def found(site: Site) -> Found:
    """Checks each page light, dark and narrow, with everything open that can be opened."""
    found = Found([], {})
    for visit in visits(site):
        site.open(visit.path)
        site.wait(visit.has_shown)
        found.weighed[visit.path] = site.weighed()
        for selector in visit.pressed:
            site.click(selector)
        for width, dark, colours in ((1440, False, "too"), (1440, True, "only"), (400, False, "none")):
            site.show_as(dark=dark, width=width)
            where = f"{visit.path} {'dark' if dark else 'light'}, {width} px"
            found.violations.extend(grave_violations(site, where, part=visit.part, colours=colours))  # type: ignore[arg-type]
    site.show_as()
    return found


def visits(site: Site) -> list[Visit]:
    """Yields the visits of all pages."""
    some, model = ",".join(site.runs[:3]), site.team.dqn
    site.expected_errors = ("404",)

    def there(*selectors: str) -> Callable[[], object]:
        return lambda: all(site.all(selector) for selector in selectors)

    reasons = ("#front-gpu-gpus li:nth-child(1) summary", "#front-gpu-gpus li:nth-child(2) summary")
    choose = "#models-table input[type=radio]"
    return [
        Visit("/", there("#front-model a", "#front-health li", "#front-gpu-gpus details"), reasons),
        Visit("/mlflow", there(f"{CHECKBOX}[aria-label]"), (".filter-hint summary", ".dropdown-toggle")),
        Visit(f"/mlflow?runs={some}", lambda: len(site.lines("compare-chart-reward")) == 3, part="#compare-panel"),
        Visit(f"/mlflow/runs/{site.runs[0]}", lambda: site.lines("run-chart-reward") == [2]),
        Visit("/mlflow/trash", there("#run-trash tbody tr"), ("#run-trash tbody input",)),
        Visit("/models", there(f"{choose}[aria-label]")),
        Visit("/models", there(f"{choose}[aria-label]"), (choose, "#models-delete"), "#change-dialog[open]"),
        Visit(f"/models/{model}", there("#model-policy .badge")),
        Visit(f"/inference?versus={model}&play=1&speed=2", lambda: "walking" in site.text("#walk-section-a")),
        Visit("/gpu", there("[data-gpu='1']", "#gpus-processes td")),
        Visit("/gpu/history", there("#fleet-table td", "#fleet-chart .js-plotly-plot")),
        Visit("/alerts", there("#alerts-body h2")),
        Visit("/nothing/here", there("h1")),
    ]


def test_no_page_has_a_grave_accessibility_violation(found: Found) -> None:
    # test_training_pages.py, which has a scheduler, checks the pages of trainings.
    assert unvisited(found.weighed) == {"/training", "/training/<run_id>"}
    assert found.violations == [], "\n".join(found.violations)


def test_pages_stay_under_the_size_limit_and_reuse_cached_files(found: Found, site: Site) -> None:
    heavy = {path: sum(parts.values()) for path, parts in found.weighed.items()}
    assert max(heavy.values()) <= MAX_BYTES, heavy
    assert min(heavy.values()) > 100_000, "what the browser had already was not weighed"
    for _time in range(2):
        site.open("/mlflow")
        site.wait_for_rows()
    again = {name: size for name, size in site.received().items() if size}
    assert sum(again.values()) < 60_000, again
    assert not [name for name in again if "?m=" in name or ".v4_" in name], again


class Keyboard:
    """Drives the page by keyboard alone."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def press(self, *keys: str) -> None:
        ActionChains(self.site.driver).send_keys(*keys).perform()

    def is_on(self, selector: str) -> bool:
        return bool(self.site.script("return document.activeElement.matches(arguments[0])", selector))

    def tab_to(self, selector: str, *, back: bool = False, most: int = 90) -> None:
        """Presses Tab until the element of `selector` has the focus, whose ring must be visible on the way."""
        for _press in range(most):
            keys = ActionChains(self.site.driver)
            (
                keys.key_down(Keys.SHIFT).send_keys(Keys.TAB).key_up(Keys.SHIFT) if back else keys.send_keys(Keys.TAB)
            ).perform()
            found, ring, here = self.site.script(FOCUS, selector)
            assert ring >= 2, f"no ring on {here}"
            if found:
                return
        raise AssertionError(f"{selector} is out of reach; last: {here}")


@pytest.fixture
def keyboard(site: Site) -> Keyboard:
    return Keyboard(site)


def test_the_keyboard_leads_from_the_menu_to_a_zoomed_comparison(site: Site, keyboard: Keyboard) -> None:
    site.open("/")
    site.wait(lambda: site.all("#front-gpu-gpus details"))
    keyboard.tab_to("a[href='#main']", most=1)
    keyboard.press(Keys.ENTER)
    site.wait(lambda: keyboard.is_on("main"))
    keyboard.tab_to("main a", most=1)
    # The reason why a GPU counts as reserved.
    keyboard.tab_to("#front-gpu-gpus li:nth-child(2) summary")
    keyboard.press(Keys.ENTER)
    site.wait_for_text("4,096 MiB", "#front-gpu-gpus li:nth-child(2) details")
    keyboard.tab_to("header a[href='/mlflow']", back=True)
    keyboard.press(Keys.ENTER)
    site.wait(lambda: site.all(f"{CHECKBOX}[aria-label]"))
    # The table: sort, turn the page, filter, tick two.
    keyboard.tab_to("th[data-dash-column='name'] .column-header--sort")
    keyboard.press(Keys.ENTER)
    site.wait(lambda: site.all("th[data-dash-column='name'][aria-sort='ascending']"))
    keyboard.tab_to(CHECKBOX)
    keyboard.press(*[Keys.ARROW_DOWN] * 24)
    keyboard.tab_to(".next-page", most=5)
    keyboard.press(Keys.ENTER)
    site.wait(lambda: site.all(".previous-page:enabled"))
    keyboard.tab_to("th[data-dash-column='name'] input", back=True)
    keyboard.press("walk-2", Keys.ENTER)
    site.wait(lambda: site.column("name")[:2] == ["walk-2", "walk-20"])
    keyboard.tab_to(CHECKBOX)
    keyboard.press(Keys.SPACE, Keys.ARROW_DOWN)
    site.wait(lambda: keyboard.is_on(f"{CHECKBOX}[aria-label^='Choose walk-20 ']"))
    keyboard.press(Keys.SPACE)
    site.wait_for_text("Compare 2 runs", "#runs-compare")
    keyboard.tab_to("#runs-compare", back=True)
    keyboard.press(Keys.ENTER)
    site.wait(lambda: keyboard.is_on("#compare-panel h2"))
    keyboard.tab_to("#option-axis")
    keyboard.press("E")
    site.wait(lambda: "axis=episodes" in site.driver.current_url)
    keyboard.press(Keys.HOME)
    site.wait(lambda: len(site.lines("compare-chart-reward")) == 2)
    script = "return document.getElementById('compare-summary-reward').textContent"
    site.wait(lambda: "Episode reward, 2 lines." in site.script(script))
    before = site.script("return document.querySelector('#compare-chart-reward .js-plotly-plot').layout.xaxis.range")
    keyboard.tab_to("#compare-chart-reward .modebar-btn[data-attr='zoom'][data-val='in']")
    keyboard.press(Keys.ENTER)
    site.wait(
        lambda: (
            site.script("return document.querySelector('#compare-chart-reward .js-plotly-plot').layout.xaxis.range")
            != before
        )
    )


def test_dialogs_keep_the_focus_and_return_it(site: Site, keyboard: Keyboard) -> None:
    site.open("/models")
    site.wait(lambda: site.all("#models-table input[type=radio][aria-label]"))
    keyboard.tab_to("#models-table input[type=radio]")
    keyboard.press(Keys.SPACE)
    site.wait(lambda: site.find("#models-activate").is_enabled())
    for button, question in (("activate", "Another environment"), ("delete", "Delete this model?")):
        keyboard.tab_to(f"#models-{button}", back=True)
        keyboard.press(Keys.ENTER)
        site.wait_for_text(question, "#change-dialog")
        site.wait(lambda: keyboard.is_on("#change-dialog *"))
        for _press in range(8):
            keyboard.press(Keys.TAB)
            # From the last control on to the browser's own; the focus leaves the page again at once, but not at the
            # same moment.
            site.wait(lambda: keyboard.is_on("#change-dialog, #change-dialog *, body"))
        keyboard.press(Keys.ESCAPE)
        site.wait(lambda: not site.all("#change-dialog[open]"))
        site.wait(lambda button=button: keyboard.is_on(f"#models-{button}"))  # type: ignore[misc]


def test_the_keyboard_starts_and_stops_a_walk(site: Site, keyboard: Keyboard) -> None:
    site.open("/inference?speed=1&size=20")
    site.wait_for_text("stopped", "#walk-section-a")
    keyboard.tab_to("#inference-play")
    keyboard.press(Keys.ENTER)
    site.wait_for_text("walking", "#walk-section-a")
    site.wait(lambda: " after " in site.script("return document.getElementById('inference-summary').textContent"))
    keyboard.tab_to("#inference-stop")
    keyboard.press(Keys.SPACE)
    site.wait_for_text("stopped", "#walk-section-a")
