"""Foreign GPU monitors that send odd or far too many values: in a real browser, over a real socket."""

import json
import random
import socket
import string
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from dash.testing.browser import Browser
from flask import Flask
from flask_sock import Sock  # type: ignore[import-untyped]
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from simple_websocket import Server

from domain.gpus import MAX_GPUS, MAX_PROCESSES, Gpu, GpuProcess, GpuReport
from sockets.frames import text_frame
from tests.browser.page import Page
from tests.inference.engine import listening
from tests.misbehaving import Misbehaving


class WholeSends:
    """Wraps a socket whose sends must not mix: simple-websocket answers a closing page from a thread of its own."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._sending = threading.Lock()

    def send(self, data: bytes) -> int:
        """Sends all of it, after a send that is under way."""
        with self._sending:
            self._sock.sendall(data)
        return len(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


class Foreign:
    """Serves as a monitor of another make at `/ws/gpu`: it sends what `report` returns, each half second."""

    def __init__(self, report: Callable[[], dict[str, Any]], late_seconds: float = 0.0) -> None:
        self.report = report
        self.late_seconds = late_seconds
        self.sent = 0
        self.app = Flask("foreign")
        self.app.get("/health")(lambda: {"status": "healthy"})

        def talk(server: Server) -> None:
            server.sock = WholeSends(server.sock)
            with suppress(OSError):  # the page was closed
                time.sleep(self.late_seconds)
                while True:
                    server.sock.send(text_frame(json.dumps(self.report())))
                    self.sent += 1
                    time.sleep(0.5)

        Sock(self.app).route("/ws/gpu")(talk)


def gpu(index: int, **fields: Any) -> dict[str, Any]:
    now = time.time_ns() // 1_000_000
    plain = {"gpu_id": index, "timestamp": now, "utilization": 40, "memory_used": 1024, "memory_total": 81920}
    return plain | {"name": f"Foreign {index}", "temperature": 50, "power": 100, "processes": []} | fields


def report(gpus: list[Any], **fields: Any) -> dict[str, Any]:
    return {"host": "h", "sent_at": time.time_ns() // 1_000_000, "sample_seconds": 0.5, "gpus": gpus} | fields


@contextmanager
def watched(dash_br: Browser, serve: Callable[..., str], mlflow: Misbehaving, *monitors: Foreign) -> Iterator[Page]:
    """Opens a browser and a Clew that watches these monitors."""
    servers = [listening(one.app) for one in monitors]
    addresses = [server.__enter__() for server in servers]
    try:
        listed = ",".join(f"host-{number}={address}" for number, address in enumerate(addresses))
        page = Page(dash_br.driver, serve(mlflow.address, gpu_monitor_urls=listed))
        yield page
        page.open("/models")
        assert page.console_errors() == []
    finally:
        for server in servers:
            server.__exit__(None, None, None)


def value(page: Page, part: str, index: int, host: int = 0) -> str:
    return page.text(f"#gpus-cards [data-host='{host}'][data-gpu='{index}'] [data-part='{part}-text']")


ODD: list[tuple[dict[str, Any], str, str, str]] = [
    ({"utilization": 101}, "utilization", "–", "utilization: 101 is more than 100"),
    ({"utilization": 4294967295}, "utilization", "–", "4294967295 is more than 100"),
    ({"utilization": "40"}, "utilization", "–", "utilization: is not of the type number"),
    ({"temperature": -300}, "temperature", "–", "temperature: -300 is less than -50"),
    ({"memory_used": 90000}, "memory", "– / 80.0 GiB", "memory_used: 90000 is more than 81920"),
    ({"power": 1e300}, "power", "–", "power: 1e+300 is more than 20000"),
    ({"name": "n" * 1_000_000}, "utilization", "40 %", "name: is longer than 256 characters"),
    ({"throttle_reasons": 7}, "throttle", "–", "throttle_reasons: 7 is not of the type array"),
    (
        {"processes": [{"pid": "x", "memory_used": 1e300}]},
        "utilization",
        "40 %",
        "processes.0.pid: is not of the type integer",
    ),
]


def test_each_kind_of_invalid_value_is_reported_and_hides_nothing_else(
    dash_br: Browser, serve: Callable[..., str], misbehaving: Misbehaving
) -> None:
    near = {"utilization": 100.00000000000001}  # the result of a sum of floats
    foreign = Foreign(
        lambda: report([gpu(0), *(gpu(place, **odd) for place, (odd, *_) in enumerate(ODD, 1)), gpu(50, **near)])
    )
    with watched(dash_br, serve, misbehaving, foreign) as page:
        keys = ",".join(f"host-0.{index}" for index in [*range(len(ODD) + 1), 50])
        page.open(f"/gpu?open={keys}")
        page.wait(lambda: [value(page, "utilization", place) for place in (0, 50)] == ["40 %", "100 %"])
        for place, (_odd, part, shown, why) in enumerate(ODD, 1):
            assert value(page, part, place) == shown
            assert why in value(page, "misfits", place)
        assert value(page, "misfits", 0) == value(page, "misfits", 50) == ""
        assert page.text("#gpu-notice-0") == ""
        foreign.report = lambda: report([gpu(0), gpu(1, **ODD[0][0])])
        page.open("/")
        page.wait(lambda: len(page.all("#front-gpu-gpus li")) == 2)
        page.click("#front-gpu-gpus li:nth-child(2) summary")
        page.wait_for_text("utilization: 101 is more than 100", "#front-gpu-gpus li:nth-child(2) p")


def test_gpus_that_cannot_be_identified_are_named_next_to_their_host(
    dash_br: Browser, serve: Callable[..., str], misbehaving: Misbehaving
) -> None:
    odd: list[Any] = [gpu(0), gpu(1, state="melted"), gpu(0, utilization=7), "gpu", {"timestamp": 1}]
    with watched(dash_br, serve, misbehaving, Foreign(lambda: report(odd, history=[{"at": "now"}]))) as page:
        page.open("/gpu")
        page.wait(lambda: value(page, "utilization", 0) == "40 %")
        page.wait_for_text("cannot be read", "#gpus-cards [data-gpu='1']")
        assert "state: is not one of ok, lost" in page.text("#gpus-cards [data-gpu='1']")
        assert len(page.all("#gpus-cards [data-gpu]")) == 2
        assert "history.0.at: is not of the type integer; and 3 more" in page.text("#gpu-notice-0")


def many_gpus(count: int) -> Callable[[], dict[str, Any]]:
    """Returns reports of so many GPUs, the first of them with a history of each."""
    history = [{"at": place, "utilization": {str(one): 50 for one in range(count)}} for place in range(60)]
    first = [True]

    def next_report() -> dict[str, Any]:
        sent_history, first[0] = (history if first[0] else None), False
        return report([gpu(index, utilization=random.randint(0, 100)) for index in range(count)], history=sent_history)

    return next_report


@pytest.mark.parametrize("count", [pytest.param(500, marks=pytest.mark.thorough), 5000])
def test_of_thousands_of_gpus_the_first_are_shown_with_the_total(
    dash_br: Browser, serve: Callable[..., str], misbehaving: Misbehaving, count: int
) -> None:
    small = Foreign(lambda: report([gpu(0, utilization=small.sent % 100)]))
    with watched(dash_br, serve, misbehaving, Foreign(many_gpus(count)), small) as page:
        for path, cells, notice in [
            ("/gpu", "#gpus-map .gpu-cell", "#gpu-notice-0"),
            ("/", "#front-gpu-map .gpu-cell", "#front-gpu-notice-0"),
        ]:
            page.open(path)
            page.wait_for_text(f"Showing {MAX_GPUS} of {count:} GPUs", notice)
            page.wait(lambda cells=cells: len(page.all(cells)) == MAX_GPUS + 1)  # type: ignore[misc]
            # The other host goes on, and the page is usable.
            other = f"{cells}[data-key='host-1.0']"
            seen = page.wait(lambda other=other: page.text(other))  # type: ignore[misc]
            page.wait(lambda other=other, seen=seen: page.text(other) != seen)  # type: ignore[misc]
        page.click("header a[href='/models']")
        page.wait_for_text("Models", "h1")


def test_a_too_long_message_is_reported_and_not_read(
    dash_br: Browser, serve: Callable[..., str], misbehaving: Misbehaving
) -> None:
    filling = "x" * 50_000_000
    seen_as_long = threading.Event()  # a short one removes the notice
    long = Foreign(lambda: report([gpu(0)], filling="" if seen_as_long.is_set() else filling))
    small = Foreign(lambda: report([gpu(0, utilization=small.sent % 100)]))
    with watched(dash_br, serve, misbehaving, long, small) as page:
        page.open("/gpu")
        page.wait_for_text("the maximum is 8000000", "#gpu-notice-0")
        seen_as_long.set()
        page.wait(lambda: value(page, "utilization", 0) == "40 %")
        seen = page.wait(lambda: value(page, "utilization", 0, host=1))
        page.wait(lambda: value(page, "utilization", 0, host=1) != seen)


def test_the_processes_with_the_most_memory_are_listed(
    dash_br: Browser, serve: Callable[..., str], misbehaving: Misbehaving
) -> None:
    many = [
        {"pid": 1 + place, "user": "u" * 200, "command": "python", "memory_used": 10_000 - place}
        for place in range(10_000)
    ]
    with watched(dash_br, serve, misbehaving, Foreign(lambda: report([gpu(0, processes=many)]))) as page:
        page.open("/gpu")
        page.wait_for_text("100 of 10,000 processes", "#gpus-processes")
        rows = page.script("return [...document.querySelectorAll('#gpus-processes tbody tr')].map(r => r.innerText)")
        assert len(rows) == MAX_PROCESSES
        assert rows[0].split("\t")[1] == "1"


def test_numbers_go_into_the_page_as_text_and_only_where_they_changed(
    dash_br: Browser, serve: Callable[..., str], misbehaving: Misbehaving
) -> None:
    """A component's property costs a dispatch to all components; an unchanged node is not touched."""
    past = [{"at": time.time_ns() // 1_000_000, "utilization": {"0": 50}}]
    foreign = Foreign(lambda: report([gpu(0, utilization=foreign.sent % 100, temperature=51)], history=past))
    with watched(dash_br, serve, misbehaving, foreign) as page:
        page.open("/gpu")
        page.wait(lambda: page.text("#gpu-badge-0") == "connected" and value(page, "utilization", 0) not in ("", "–"))
        foreign.report = lambda: report([gpu(0, utilization=foreign.sent % 100, temperature=51)])
        points = "return document.querySelector('#gpus-chart .js-plotly-plot').data[0].x.length"
        page.wait(lambda: page.script(points) > 1)
        page.script(
            "const set = dash_clientside.set_props; window.sets = []; window.changed = new Set();"
            "dash_clientside.set_props = (id, props) => { window.sets.push([id, ...Object.keys(props)]); return set(id, props); };"
            "new MutationObserver(all => all.forEach(one => window.changed.add("
            "  (one.target.nodeType === 3 ? one.target.parentElement : one.target)?.dataset.part || '')))"
            ".observe(document.querySelector('#gpus-cards'), {subtree: true, characterData: true, childList: true, attributes: true})"
        )
        sent, before = foreign.sent, page.script(points)
        page.wait(lambda: foreign.sent >= sent + 5 and page.script(points) > before)
        assert [one for one in page.script("return window.sets") if "tick" not in one[0]] == []
        changed = set(page.script("return [...window.changed]"))
        assert "utilization-text" in changed
        assert changed <= {"utilization-text", "utilization", ""}  # the bar, and the strip in it


def test_a_screen_reader_announces_a_failure_once_and_not_its_seconds(
    dash_br: Browser, serve: Callable[..., str], misbehaving: Misbehaving
) -> None:
    foreign = Foreign(
        lambda: report([gpu(0)], state="stale", age_seconds=foreign.sent, error="It hangs.", remedy="Wait.", history=[])
    )
    with watched(dash_br, serve, misbehaving, foreign) as page:
        page.open("/gpu")
        page.wait_for_text("Stale", "#gpu-notice-0")
        announcement = "return document.querySelector('#gpu-said-0').textContent"
        announced, seen = page.wait(lambda: page.script(announcement)), page.text("#gpu-notice-0")
        assert "It hangs. Wait." in announced
        page.wait(lambda: page.text("#gpu-notice-0") != seen)
        assert page.script(announcement) == announced
        live = "return [...document.querySelectorAll('#gpus-cards, #gpu-since-0, #gpu-notice-0')].filter(e => e.closest('[aria-live], [role=status]')).length"
        assert page.script(live) == 0
        assert page.script("return document.querySelector('#gpu-badge-0').closest('[aria-live]') !== null")


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(string.printable, max_size=20)
    | st.sampled_from(
        ["\ud800".encode("utf-16", "surrogatepass").decode("utf-16", "replace"), "<b>", "{why}", "$&", 101, -1]
    ),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(string.ascii_letters, max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
fields = st.sampled_from([*Gpu.model_fields, "more"])
odd_process = st.dictionaries(st.sampled_from([*GpuProcess.model_fields]), anything, max_size=3)
odd_gpu = st.dictionaries(fields, anything | st.lists(odd_process, max_size=3), max_size=4)
odd_report = st.dictionaries(st.sampled_from([*GpuReport.model_fields, "more"]), anything, max_size=2)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(odd=odd_gpu, around=odd_report)
def test_invalid_values_of_one_gpu_leave_the_others_unchanged(
    reader: Callable[[dict[str, Any]], dict[str, Any]], odd: dict[str, Any], around: dict[str, Any]
) -> None:
    plain = gpu(0)
    sent = report([plain, gpu(1) | odd, gpu(2)], history=[{"at": 1, "utilization": {"0": 5}}])
    answer = reader(sent)
    assert answer["why"] is None
    shown = GpuReport.model_validate(answer["report"])
    assert [one.gpu_id for one in shown.gpus if one.gpu_id in (0, 2)] == [0, 2]
    assert shown.gpus[0] == Gpu.model_validate(plain)
    assert len(shown.gpus) == 3 or answer["parts"]
    answer = reader(sent | around)
    if answer["why"] is None:
        GpuReport.model_validate(answer["report"])
    else:
        assert answer["sentence"]


@pytest.fixture
def reader(
    dash_br: Browser, serve: Callable[..., str], misbehaving: Misbehaving
) -> Iterator[Callable[[dict[str, Any]], dict[str, Any]]]:
    """Returns the browser's own parsing of a message, as JSON."""
    with watched(dash_br, serve, misbehaving, Foreign(lambda: report([gpu(0)]))) as page:
        page.open("/gpu")
        page.wait(lambda: value(page, "utilization", 0) == "40 %")
        code = (
            "const texts = clew.propsOf('gpus-texts').data, schema = clew.propsOf('gpus-schema').data;"
            "const told = clew.gpuMessages.read(arguments[0], schema, texts.limits);"
            "return JSON.stringify({why: null, parts: [], ...told, sentence: clew.translate(told.why, texts.templates)});"
        )
        yield lambda sent: dict(json.loads(page.script(code, json.dumps(sent))))
