"""Headless Chromium for the measurements: time until a condition holds, bytes transferred, the heap."""

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1440,1400",
)


class Browser:
    """Drives one window."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def open(self, address: str) -> None:
        """Leaves the current page, and loads the document at `address`; does not wait for its content."""
        self.leave()
        self.driver.get(address)

    def leave(self) -> None:
        """Shows an empty page: an open page polls its server."""
        self.driver.get("about:blank")

    def loaded(self, address: str, condition: str, longest: float = 180) -> float:
        """Returns seconds from the beginning of a page load until `condition` holds."""
        self.open(address)
        return self.until(condition, "", longest, since_navigation=True)

    def until(self, condition: str, begin: str, longest: float = 180, *, since_navigation: bool = False) -> float:
        """Runs `begin`, then checks at every frame whether `condition` holds; returns seconds, the next frame
        included."""
        self.driver.set_script_timeout(longest)
        zero = "0" if since_navigation else "performance.now()"
        milliseconds = self.driver.execute_async_script(
            f"""const done = arguments[0], t0 = {zero};
            {begin};
            (function look() {{
              let holds = false;
              try {{ holds = {condition}; }} catch (error) {{ }}
              if (holds) requestAnimationFrame(() => done(performance.now() - t0));
              else requestAnimationFrame(look);
            }})();"""
        )
        return float(milliseconds) / 1000

    def run(self, script: str) -> Any:
        """Returns the answer of a script."""
        return self.driver.execute_script(script)

    def received(self) -> tuple[int, int]:
        """Returns bytes over the wire and requests answered since the last call."""
        finished = [
            message["params"]
            for entry in self.driver.get_log("performance")
            if (message := json.loads(entry["message"])["message"])["method"] == "Network.loadingFinished"
        ]
        return int(sum(one["encodedDataLength"] for one in finished)), len(finished)

    def sent(self, holding: str) -> list[dict[str, Any]]:
        """Returns the requests whose body contains `holding`, as Chromium's protocol describes them."""
        return [
            message["params"]["request"]
            for entry in self.driver.get_log("performance")
            if (message := json.loads(entry["message"])["message"])["method"] == "Network.requestWillBeSent"
            and holding in message["params"]["request"].get("postData", "")
        ]

    def heap(self) -> int:
        """Returns bytes of JavaScript's heap in use, garbage collected."""
        self.driver.execute_cdp_cmd("HeapProfiler.collectGarbage", {})
        return int(self.driver.execute_cdp_cmd("Runtime.getHeapUsage", {})["usedSize"])


@contextmanager
def browser() -> Iterator[Browser]:
    """Opens a browser with an empty cache."""
    options: Any = Options()
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    options.page_load_strategy = "eager"
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    driver.execute_cdp_cmd("Network.enable", {})
    driver.set_page_load_timeout(60)
    try:
        yield Browser(driver)
    finally:
        driver.quit()


def soon(seconds: float) -> None:
    """Waits until a page is idle."""
    time.sleep(seconds)
