"""The access table has every route, callback and socket of every process, and nothing else."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dash
import pytest
from flask import Flask

import inference.app
from app import create_app
from domain.access.callbacks import CALLBACKS, access_of_callback, callback_name
from domain.access.rules import Access
from domain.access.table import DASHBOARD, GPU_MONITOR, INFERENCE, SCHEDULER, access_of
from inference.settings import InferenceSettings
from services.connect import connect
from settings.settings import Settings


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> dash.Dash:
    cache: Path = tmp_path_factory.mktemp("cache")
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        mlflow_tracking_uri="http://127.0.0.1:1",  # type: ignore[arg-type]
        cache_dir=cache,
        gpu_monitor_urls="a=http://127.0.0.1:1,b=http://127.0.0.1:2",
    )
    return create_app(settings, connect(settings))


def routes(server: Flask) -> set[str]:
    """Returns method and rule of each; HEAD and OPTIONS come with the others."""
    rules = server.url_map.iter_rules()
    return {f"{method} {rule.rule}" for rule in rules for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}


def on_the_server(app: dash.Dash) -> Mapping[str, Any]:
    """Returns the callbacks that run on the server, by the table's names."""
    listed = {output: one for output, one in app.callback_map.items() if "callback" in one}
    inputs = {output: [f"{i['id']}.{i['property']}" for i in one["inputs"]] for output, one in listed.items()}
    return {callback_name(output, inputs[output][0]): inputs[output] for output in listed}


def test_every_route_of_the_dashboard_is_listed_and_no_other(app: dash.Dash) -> None:
    assert routes(app.server) == set(DASHBOARD)


def test_every_route_and_socket_of_the_engine_is_listed_and_no_other() -> None:
    server, stop = inference.app.create_app(InferenceSettings(_env_file=None))  # type: ignore[call-arg]
    stop()
    assert routes(server) == set(INFERENCE)


THE_SCHEDULERS = """
import os, sys
from scheduler.app import create_app
from scheduler.settings import SchedulerSettings
settings = SchedulerSettings(_env_file=None, state_dir=sys.argv[1], mlflow_tracking_uri="http://127.0.0.1:1")
server, stop = create_app(settings, "0")
rules = [(rule.rule, sorted(rule.methods - {"HEAD", "OPTIONS"})) for rule in server.url_map.iter_rules()]
print(*(f"{method} {rule}" for rule, methods in rules for method in methods), sep="\\n", flush=True)
os._exit(0)
"""


def test_every_route_and_socket_of_the_scheduler_is_listed_and_no_other(tmp_path: Path) -> None:
    """In a process of its own, as a scheduler reads its queue on import."""
    command = [sys.executable, "-c", THE_SCHEDULERS, str(tmp_path)]
    completed = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert set(completed.stdout.splitlines()) == set(SCHEDULER)


THE_MONITORS = """
import os, sys
from gpu_monitor.app import create_app
from gpu_monitor.settings import GpuMonitorSettings
server, stop = create_app(GpuMonitorSettings(_env_file=None, gpu_demo=True))
rules = [(rule.rule, sorted(rule.methods - {"HEAD", "OPTIONS"})) for rule in server.url_map.iter_rules()]
print(*(f"{method} {rule}" for rule, methods in rules for method in methods), sep="\\n", flush=True)
stop()
os._exit(0)
"""


def test_every_route_and_socket_of_the_monitor_is_listed_and_no_other() -> None:
    """In a process of its own, as a monitor samples on import."""
    completed = subprocess.run(
        [sys.executable, "-c", THE_MONITORS], capture_output=True, text=True, timeout=60, check=True
    )
    assert set(completed.stdout.splitlines()) == set(GPU_MONITOR)


def test_every_callback_is_listed_and_no_other(app: dash.Dash) -> None:
    found = on_the_server(app)
    assert set(found) == {name for name in CALLBACKS if " " not in name}
    for name, _space, trigger in (entry.partition(" ") for entry in CALLBACKS):
        assert not trigger or trigger in found[name], f"nothing starts {name} by {trigger}"


def test_an_unlisted_route_counts_as_a_write() -> None:
    assert access_of(DASHBOARD, "POST", "/api/new") is Access.WRITE
    assert access_of(DASHBOARD, "GET", "/api/new") is Access.WRITE
    assert access_of_callback("new.children", ["tick.n_intervals"]) is Access.WRITE
    assert access_of(DASHBOARD, "HEAD", "/api/models") is Access.READ


def test_of_several_triggers_the_most_powerful_counts() -> None:
    name = "evaluation-report.children"
    ticks = ["evaluation-tick.n_intervals"]
    assert access_of_callback(name, ticks) is Access.READ
    assert access_of_callback(name, [*ticks, "evaluation-cancel.n_clicks"]) is Access.WORK
    assert access_of_callback(name, ["evaluation-start.n_clicks", *ticks]) is Access.WORK
