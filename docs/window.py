"""A browser window for pictures: it shows a page in a size and a scheme, and says when the page is complete."""

import base64
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

from docs.picture_list import PHONE, Picture

_ARGUMENTS = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-background-networking")


@contextmanager
def browser() -> Iterator[webdriver.Chrome]:
    """Opens a window whose language is English."""
    options = Options()
    for argument in _ARGUMENTS:
        options.add_argument(argument)
    options.add_experimental_option("prefs", {"intl.accept_languages": "en"})
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    try:
        yield driver
    finally:
        driver.quit()


def show(driver: webdriver.Chrome, address: str, picture: Picture) -> None:
    """Opens the picture's page and waits until it is complete; raises SystemExit after two minutes."""
    is_phone = picture.width == PHONE
    size = {"width": picture.width, "height": picture.height, "deviceScaleFactor": 1, "mobile": is_phone}
    scheme = {"name": "prefers-color-scheme", "value": "dark" if picture.dark else "light"}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": is_phone})
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
    driver.get(address + picture.path)
    _wait_until(driver, picture, picture.complete)
    if picture.then:
        driver.execute_script(picture.then)
        time.sleep(1.5)  # charts that are out of view are no longer drawn: `complete` may not hold again
    time.sleep(1.5)  # what still moves comes to rest


def _wait_until(driver: webdriver.Chrome, picture: Picture, condition: str) -> None:
    ends = time.monotonic() + 120
    while not driver.execute_script(f"try {{ return {condition} }} catch (error) {{ return false }}"):
        if time.monotonic() > ends:
            raise SystemExit(f"{picture.path} was not complete in two minutes: {condition}")
        time.sleep(0.2)


def captured(driver: webdriver.Chrome, picture: Picture, *, scale: float = 1, **image: object) -> bytes:
    """Returns what the window shows, as an image of the given format and quality."""
    clip = {"x": 0, "y": 0, "width": picture.width, "height": picture.height, "scale": scale}
    if picture.then:
        clip["y"] = driver.execute_script("return window.scrollY")
    taken = driver.execute_cdp_cmd("Page.captureScreenshot", {"clip": clip, **image})
    return base64.b64decode(taken["data"])
