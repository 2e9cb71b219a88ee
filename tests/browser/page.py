"""What a person does on the pages of Clew, and what they see there."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement

T = TypeVar("T")
# simple_websocket answers the closing of a page in one thread while another one sends: that message is not needed.
AFTER_GOODBYE = "Data frame received after close"
_IS_MOVING = (
    "const goes = (a) => a.playState === 'running' && a.effect.target.contains(arguments[0]);"
    "return document.getAnimations().some(goes)"
)
TICKS = "#runs-table td.dash-select-cell input[type=checkbox]"


class Page:
    """Drives a browser window on the Clew at `address`."""

    def __init__(self, driver: WebDriver, address: str) -> None:
        self.driver = driver
        self.address = address
        self.expected_errors: tuple[str, ...] = ()

    def open(self, path: str) -> None:
        self.driver.get(self.address + path)

    def find(self, selector: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector: str) -> list[WebElement]:
        return list(self.driver.find_elements(By.CSS_SELECTOR, selector))

    def text(self, selector: str = "body") -> str:
        """Returns the visible text, read by the browser itself: Selenium's own way takes 0.7 s of a core for the
        runs page."""
        seen = "return arguments[0].checkVisibility({opacityProperty: true}) ? arguments[0].innerText : ''"
        return str(self.script(seen, self.find(selector))).replace("\xa0", " ").strip()

    def click(self, selector: str) -> None:
        """Clicks once it can be clicked: retries while the element is still moving into place."""
        self.wait(lambda: self._clicked(selector))

    def _clicked(self, selector: str) -> bool:
        element = self.find(selector)
        # Smooth scrolling, as the page's style has it, restarts with each request and never reaches a distant element.
        self.script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", element)
        # A click goes to where the element was a moment ago: on one that moves, say with its dialog, it misses.
        if not element.is_enabled() or self.script(_IS_MOVING, element):
            return False
        element.click()
        return True

    def script(self, code: str, *arguments: object) -> Any:
        return self.driver.execute_script(code, *arguments)

    def wait(self, happens: Callable[[], T], within_seconds: float = 240) -> T:
        """Waits until `happens()` is true and returns its value."""
        ends = time.monotonic() + within_seconds
        seen: object = None
        while time.monotonic() < ends:
            try:
                seen = happens()
                if seen:
                    return seen  # type: ignore[return-value]
            except WebDriverException as error:
                seen = error
            time.sleep(0.1)
        raise AssertionError(
            f"did not happen within {within_seconds} s; last seen: {seen}\nat {self.driver.current_url}\n{self.text()}"
        )

    def wait_for_text(self, text: str, selector: str = "body", within_seconds: float = 240) -> None:
        self.wait(lambda: text in self.text(selector), within_seconds)

    def wait_for_rows(self, at_least: int = 1) -> None:
        self.wait(lambda: len(self.all(TICKS)) >= at_least)

    def column(self, key: str, table: str = "runs-table") -> list[str]:
        """Returns what the visible page of the table shows in a column."""
        cells = "[...document.querySelectorAll(`#${arguments[1]} td[data-dash-column='${arguments[0]}']`)]"
        return list(self.script(f"return {cells}.map(c => c.innerText.trim())", key, table))

    def in_row(self, value: str, what: str, key: str = "name", table: str = "runs-table") -> Any:
        """Returns the result of the script `what` for the `row` that shows `value` in a column; None without one.

        It runs in one step: a table that is sorted again gives its elements other rows.
        """
        code = (
            "const row = [...document.querySelectorAll(`#${arguments[2]} tr`)].find(row =>"
            " row.querySelector(`td[data-dash-column='${arguments[0]}']`)?.innerText.trim() === arguments[1]);"
            "if (row) return "
        )
        return self.script(code + what, key, value, table)

    def tick(self, value: str, key: str = "name", table: str = "runs-table") -> None:
        """Ticks the row that shows `value` in a column."""
        click = "(row.querySelector('td.dash-select-cell input').click(), true)"
        self.wait(lambda: self.in_row(value, click, key, table))

    def tick_while_filling(self, moment: str, value: str, key: str = "name", table: str = "runs-table") -> None:
        """Clicks a row just "before" or just "after" the next time that the table is filled with rows."""
        code = """
            const [moment, key, value, table] = arguments, page = window.dash_clientside[table.split("-")[0]], fill = page.fill;
            const rows = () => [...document.querySelectorAll(`#${table} tr`)];
            const its = (row) => row.querySelector(`td[data-dash-column='${key}']`)?.innerText.trim();
            const click = () => rows().find(row => its(row) === value).querySelector("td.dash-select-cell input").click();
            page.fill = (...given) => {
                page.fill = fill;
                if (moment === "before") click();
                const filled = fill(...given);
                if (moment === "after") click();
                return filled;
            };"""
        self.script(code, moment, key, value, table)

    def ticked(self) -> list[str]:
        """Returns the names of the visible runs that are ticked."""
        on = f"[...document.querySelectorAll('{TICKS}')].filter(box => box.checked).map(box => box.closest('tr'))"
        name = "row.querySelector(`td[data-dash-column='name']`).innerText.trim()"
        return list(self.script(f"return {on}.map(row => {name})"))

    def filter(self, key: str, text: str) -> None:
        """Types into the filter box of a column."""
        self.type_into(f"#runs-table th.dash-filter[data-dash-column='{key}'] input[type=text]", text)

    def type_into(self, selector: str, text: str) -> None:
        """Replaces the text of a box and presses Enter; begins again if the table is drawn anew meanwhile."""
        self.wait(lambda: self._typed(selector, text))

    def _typed(self, selector: str, text: str) -> bool:
        self.find(selector).clear()
        self.find(selector).send_keys(text, Keys.ENTER)
        return True

    def drag_with_finger(self, start: tuple[float, float], end: tuple[float, float], held: float = 0.0) -> None:
        """Touches at `start`, waits `held` seconds, moves to `end` in steps and lets go; in pixels of the window."""
        steps = [(start[0] + (end[0] - start[0]) * n / 5, start[1] + (end[1] - start[1]) * n / 5) for n in range(1, 6)]
        self._touch("touchStart", start)
        time.sleep(held)
        for step in steps:
            self._touch("touchMove", step)
        self._touch("touchEnd")

    def _touch(self, kind: str, *points: tuple[float, float]) -> None:
        touch_event = {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]}
        self.driver.execute_cdp_cmd("Input.dispatchTouchEvent", touch_event)

    def middle(self, selector: str) -> tuple[float, float]:
        """Returns where the middle of an element is in the window, after scrolling it into view."""
        found = self.script(
            "const one = document.querySelector(arguments[0]);"
            "one.scrollIntoView({block: 'center', behavior: 'instant'});"
            "const {left, top, width, height} = one.getBoundingClientRect();"
            "return [left + width / 2, top + height / 2]",
            selector,
        )
        return found[0], found[1]

    def lines(self, chart: str) -> list[int]:
        """Returns the number of points of each line of a chart."""
        code = "const g = document.querySelector(`#${arguments[0]} .js-plotly-plot`);"
        return list(
            self.script(
                code + "return g && g.calcdata ? g.calcdata.filter(t => t[0].x !== undefined).map(t => t.length) : []",
                chart,
            )
        )

    def console_errors(self) -> list[str]:
        """Returns the console's errors without those that the test expects."""
        logs = self.driver.get_log("browser")
        severe = [str(entry["message"]) for entry in logs if entry["level"] == "SEVERE"]
        expected = (AFTER_GOODBYE, *self.expected_errors)
        return [text for text in severe if not any(one in text for one in expected)]
