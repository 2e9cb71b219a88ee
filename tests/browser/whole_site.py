"""A Clew with everything that its pages show, and one browser on it: runs, models, a GPU monitor, an engine."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from selenium import webdriver

from app import create_app
from services.connect import connect
from settings.settings import Settings
from tests.browser.conftest import pytest_setup_options
from tests.browser.page import Page
from tests.inference.conftest import Team, _bare_environment
from tests.inference.engine import Engine, listening
from tests.tracking import Tracking

RUNS = 26  # more than a page of the list, so that it has a pager
LOGGED = (0, 1, 2, 20)
STATES = {0: "KILLED", 1: "FAILED"}


class Site(Page):
    """Holds a window on that Clew; `runs` are ids, the newest last, `team` has the models."""

    def __init__(self, driver: webdriver.Chrome, address: str, team: Team, runs: list[str]) -> None:
        super().__init__(driver, address)
        self.team, self.runs = team, runs

    def show_as(self, *, dark: bool = False, width: int = 1440) -> None:
        """Shows the page in another scheme, or in a window of another width."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        # During the change between the schemes a link has the colours of neither.
        still = {"name": "prefers-reduced-motion", "value": "reduce"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme, still]})
        size = {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        self.wait(lambda: self.script("return document.documentElement.dataset.bsTheme") == scheme["value"])

    def received(self) -> dict[str, int]:
        """Returns the bytes that were transferred for each address of this page, headers included."""
        return self._sizes("transferSize")

    def weighed(self) -> dict[str, int]:
        """Returns the transfer size in bytes of each address of this page, including those from the browser's
        cache."""
        return self._sizes("encodedBodySize")

    def _sizes(self, which: str) -> dict[str, int]:
        entries = "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
        sizes = f"return Object.fromEntries({entries}.map(one => [one.name, one[arguments[0]]]))"
        return dict(self.script(sizes, which))


@contextmanager
def whole_site(tracking: Tracking, monitor_port: int, folder: Path) -> Iterator[Site]:
    """Runs everything until the `with` block ends."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    team = Team(tracking)
    team.activate(team.ppo)
    for name in ("engine", "asked", "shown"):
        (folder / name).mkdir()
    runs = _runs(tracking)
    settings = {"mlflow_port": urlsplit(tracking.address).port, "model_name": team.registry.name}
    with listening(_clew(folder / "engine-clew", **settings)) as engine_clew:
        engine = Engine(folder / "engine", _bare_environment(), engine_clew, {})
        shown = _clew(folder / "shown", gpu_monitor_port=monitor_port, inference_port=engine.port, **settings)
        with listening(shown) as address:
            driver = webdriver.Chrome(options=_options())
            driver.set_script_timeout(30)
            yield Site(driver, address, team, runs)
            driver.quit()
        engine.end()


def _runs(tracking: Tracking) -> list[str]:
    """Logs the runs; those that a test examines have metrics."""
    experiment, logged = tracking.experiment(), {"episode_reward": [-1.0, 0.5], "success_rate": [0.0, 0.75]}
    tracking.post("runs/delete", {"run_id": tracking.run(experiment, name="thrown-away")})
    return [
        tracking.run(
            experiment,
            name=f"walk-{number}",
            metrics=logged if number in LOGGED else None,
            status=STATES.get(number, "FINISHED"),
        )
        for number in range(RUNS)
    ]


def _clew(cache: Path, **settings: object) -> object:
    settings = {"model_names": settings.get("model_name", "clew-maze")} | settings  # what others tagged is not shown
    values = Settings(_env_file=None, cache_dir=cache, **settings)  # type: ignore[call-arg,arg-type]
    return create_app(values, connect(values)).server


def _options() -> webdriver.ChromeOptions:
    options = pytest_setup_options()
    options.add_argument("--headless")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return options
