"""A flow for each fault, in a real browser: MLflow, the model server and the GPU monitor all have it at once.

They are played in tabs at once, for nearly all of their time is waiting; a test for each then reads what happened.
What each page does about each single service is in tests/faults, and so are here three kinds of fault enough.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from selenium import webdriver
from werkzeug.serving import make_server

from app import create_app
from services.connect import connect
from settings.settings import Settings
from tests.browser.conftest import pytest_setup_options
from tests.browser.page import Page
from tests.faults.relay import Fault, Relay
from tests.gpus.conftest import Start, library, start  # noqa: F401
from tests.models.model_server import ModelServer
from tests.registry import Registry
from tests.selection import selected_values
from tests.tracking import Tracking

# A tab in the background gets its timers as if it were in front.
AWAKE = (
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
)
# Two that take half a minute, next to those that take ten seconds each.
TABS = ([Fault.HANGS], [Fault.SLOW], [fault for fault in Fault if fault not in (Fault.HANGS, Fault.SLOW)])
USUAL = (Fault.DOWN, Fault.HANGS, Fault.HALF_JSON)
MAX_SECONDS = 240
RUN, RATE = "a-good-run", "75.0 %"
ALL_TEXTS = "return Object.fromEntries([...document.querySelectorAll('[id]')].map(e => [e.id, e.innerText || '']))"


class Flow:
    """Holds one Clew with three services that share one fault, in a tab of its own; `seen` is what happened."""

    def __init__(self, fault: Fault, relays: list[Relay], page: Page) -> None:
        self.fault, self.relays, self.page = fault, relays, page
        self.tab = page.driver.current_window_handle
        self.seen: dict[str, str | None] = {}

    def fail(self, fault: Fault | None) -> None:
        for relay in self.relays:
            relay.fault = fault

    def front(self) -> None:
        self.page.driver.switch_to.window(self.tab)


@pytest.fixture(scope="module")
def flows(
    request: pytest.FixtureRequest,
    tracking: Tracking,
    start: Start,  # noqa: F811
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[Fault, Flow]]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    registry = Registry(tracking, "browser-faults")
    tracking.run(registry.experiment_id, name=RUN, params={"algorithm": "DQN"}, metrics={"success_rate": [0.99]})
    options = pytest_setup_options()
    for argument in ("--headless", *AWAKE):
        options.add_argument(argument)
    with ExitStack() as stack:
        driver = webdriver.Chrome(options=options)
        stack.callback(driver.quit)
        model_server = stack.enter_context(ModelServer())
        model_server.add("1", algorithm="PPO", success_rate=0.75)
        model_server.active = "1"
        monitor = start(state="count 1\nutil 0 90", GPU_SAMPLE_SECONDS="0.5")
        behind = [tracking.address, model_server.address, f"http://127.0.0.1:{monitor.port}"]

        def flow_of(fault: Fault) -> Flow:
            relays = [stack.enter_context(Relay(address)) for address in behind]
            return Flow(fault, relays, Page(driver, served(stack, relays, tmp_path_factory.mktemp(fault))))

        tabs: list[list[Flow]] = []
        asked_about = selected_values(request, "fault")
        for faults in filter(None, ([fault for fault in tab if (fault,) in asked_about] for tab in TABS)):
            if tabs:
                driver.switch_to.new_window("tab")
            tabs.append([flow_of(fault) for fault in faults])
        play(tabs)
        yield {flow.fault: flow for tab in tabs for flow in tab}


def served(stack: ExitStack, relays: list[Relay], cache_dir: Path) -> str:
    mlflow, models, monitor = (relay.address for relay in relays)
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        mlflow_tracking_uri=mlflow,  # type: ignore[arg-type]
        model_server_url=models,  # type: ignore[arg-type]
        gpu_monitor_urls=f"local={monitor}",
        inference_ws_url="ws://127.0.0.1:1/ws/inference",  # so that no real engine is used
        cache_dir=cache_dir,
        refresh_seconds=6,
    )
    server = make_server("127.0.0.1", 0, create_app(settings, connect(settings)).server, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    stack.callback(server.server_close)
    stack.callback(server.shutdown)
    return f"http://127.0.0.1:{server.server_port}"


def play(tabs: list[list[Flow]]) -> None:
    """Visits one tab after the other; each plays its flows one by one."""
    stories = [(tab, (step for flow in tab for step in steps_of(flow))) for tab in tabs]
    waiting = {id(steps): (next(steps), time.monotonic()) for _tab, steps in stories}
    while waiting:
        for _tab, steps in stories:
            if id(steps) not in waiting:
                continue
            (flow, what, is_met), began = waiting[id(steps)]
            flow.front()
            seen = Seen(flow.page)
            flow.seen[what] = None if is_met(seen, flow.fault) else str(seen)
            if flow.seen[what] is None or time.monotonic() - began > MAX_SECONDS:
                del waiting[id(steps)]
                if (step := next(steps, None)) is not None:
                    waiting[id(steps)] = step, time.monotonic()
        time.sleep(0.5)


def steps_of(flow: Flow) -> Iterator[tuple[Flow, str, Callable[["Seen", Fault], bool]]]:
    """Yields what is done, and what to wait for before going on."""
    flow.front()
    flow.page.open("/")
    yield flow, "filled", is_complete
    flow.fail(flow.fault)
    yield flow, "named on the front page, nothing lost", reports_the_fault_on_the_front_page
    flow.page.open("/gpu")
    yield flow, "named on the GPU page", reports_the_fault_on_the_gpu_page
    flow.fail(None)
    yield flow, "GPUs are back by themselves", lambda seen, _fault: seen.shows("gpus-cards", "90 %")
    flow.page.open("/")
    yield flow, "all is back by itself", is_complete


class Seen(dict[str, str]):
    """Holds the texts of all elements with an id at one moment, by that id."""

    def __init__(self, page: Page) -> None:
        super().__init__(page.script(ALL_TEXTS))

    def shows(self, name: str, text: str) -> bool:
        return text in self.get(name, "")


def still_shows_data(seen: Seen) -> bool:
    return seen.shows("front-best", RUN) and seen.shows("front-model", RATE)


def is_complete(seen: Seen, _fault: Fault) -> bool:
    connected = seen.shows("front-gpu-badge-0", "connected") and seen.shows("front-gpu-gpus", "busy")
    return still_shows_data(seen) and connected and not any(name.endswith("-failure") for name in seen)


def reports_the_fault_on_the_front_page(seen: Seen, fault: Fault) -> bool:
    """Returns whether each tile names its source, with a Retry; the GPU connection retries by itself, and the
    list names the failing services."""
    failing = [row for row in seen.get("front-health-body", "").split("shown:") if "failing" in row]
    listed = all(any(name in row for row in failing) for name in ("MLflow", "Model server", "GPU monitor local"))
    tiles = {"best": "MLflow", "runs": "MLflow", "model": "Model server"}
    if fault is Fault.SLOW:  # it may still answer
        tiles = {}
    named = all(seen.shows(f"front-{name}-failure", service) for name, service in tiles.items())
    retries = all(f"front-{name}-retry" in seen for name in tiles)
    gpus = not seen.shows("front-gpu-badge-0", "connected") or seen.shows("front-gpus", "invalid")
    return listed and named and retries and gpus and still_shows_data(seen)


def reports_the_fault_on_the_gpu_page(seen: Seen, _fault: Fault) -> bool:
    return seen.get("gpu-badge-0", "") not in ("", "connected") or bool(seen.get("gpu-notice-0"))


@pytest.mark.parametrize(
    "fault", [pytest.param(one, marks=() if one in USUAL else pytest.mark.thorough) for one in Fault]
)
def test_pages_report_a_fault_keep_their_data_and_recover(flows: dict[Fault, Flow], fault: Fault) -> None:
    seen = flows[fault].seen
    assert len(seen) == 5
    assert {what: text for what, text in seen.items() if text is not None} == {}


def test_the_consoles_report_only_lost_connections(flows: dict[Fault, Flow]) -> None:
    for flow in flows.values():
        flow.front()
        flow.page.expected_errors = ("WebSocket connection",)
        assert flow.page.console_errors() == []
