"""A run that may exist, but could not be read yet, is nowhere reported as missing, nor a list as empty."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dash
import pytest
from flask.testing import FlaskClient

from app import create_app
from callbacks.models.model_detail import facts_of
from callbacks.runs.drawing import ChartData
from components import ids
from domain.charts.chart_options import ChartOptions
from domain.errors.charts.specs import PointsMissing
from domain.errors.connections import ConnectionRefused
from domain.registry.models import ModelList
from domain.run_table.table import RunTable
from services.connect import Services, connect
from services.failures import Failure
from services.registry.model_view import ModelView
from services.sharing.shared_file import cache_folder
from services.tracking.run_store import RunView
from services.tracking.sources.pace import Pace, PaceFile
from settings.settings import Settings
from tests.api.conftest import Serving
from tests.misbehaving import HTML, Misbehaving, eventually, first_page_until, only
from tests.tracking import Tracking

UNKNOWN = "a" * 32
NOWHERE = "http://127.0.0.1:1"


def services_of(address: str, cache_dir: Path) -> Services:
    return connect(Settings(_env_file=None, mlflow_tracking_uri=address, cache_dir=cache_dir))  # type: ignore[call-arg,arg-type]


@pytest.fixture
def group(tracking: Tracking) -> str:
    return tracking.experiment()


@pytest.fixture
def runs(tracking: Tracking, group: str) -> list[str]:
    return [tracking.run(group, started_ms=1_000_000 + number) for number in range(5)]


@pytest.fixture
def half_read(
    misbehaving: Misbehaving, runs: list[str], group: str, cache_dir: Path
) -> Iterator[tuple[FlaskClient, threading.Event]]:
    """Starts a Clew whose first reading waits behind the first page of runs until the event is set.

    Other tests' trainings would be its history.
    """
    may_continue = threading.Event()
    first_page, of_group = first_page_until(may_continue), only(group)
    misbehaving.alter = lambda path, body: of_group(path, first_page(path, body))
    PaceFile(cache_folder(cache_dir, misbehaving.address), "MLflow").keep(Pace(most_runs=2, seconds_per_run=0.5))
    services = services_of(misbehaving.address, cache_dir)
    client = create_app(services.settings, services).server.test_client()
    eventually(lambda: client.post("/runs/rows", json={}).status_code == 200)
    yield client, may_continue
    may_continue.set()


def test_files_and_lists_report_that_not_all_runs_are_read(
    half_read: tuple[FlaskClient, threading.Event], runs: list[str]
) -> None:
    (client, may_continue), asked = half_read, f"runs={runs[0]},{UNKNOWN}"

    def report() -> str:
        return client.get(f"/runs/report.html?{asked}").get_data(as_text=True)

    assert f"These runs could not be read, so they are missing here: {UNKNOWN}." in report()
    assert "MLflow has no run" not in report()
    changes = client.get(f"/runs/changes?{asked}").json
    assert "still returning its runs" in changes["problem"]
    named = client.get("/runs/changes", query_string={"run": runs[0], "against": "no such name"}).json
    assert "still returning its runs" in named["problem"]
    listed = client.get("/trainings/list").json
    assert (listed["queue_empty"], listed["history_empty"]) == ("Not known yet.", "Not known yet.")
    assert "Not all runs have been read yet" in str(listed["failure"])
    may_continue.set()
    eventually(lambda: f"MLflow has no run {UNKNOWN}." in report())
    eventually(lambda: client.get(f"/runs/changes?{asked}").json["rows"] == 0)
    eventually(lambda: "Not all runs" not in str(client.get("/trainings/list").json["failure"]))


def test_a_run_that_is_not_known_while_mlflow_is_away_is_unavailable(
    serving: Serving, misbehaving: Misbehaving, runs: list[str]
) -> None:
    client = serving(misbehaving.address).test_client()
    eventually(lambda: client.get(f"/api/runs/{UNKNOWN}").status_code == 404)
    misbehaving.answer = HTML
    eventually(lambda: client.get(f"/api/runs/{UNKNOWN}").status_code in (502, 503))
    assert client.get(f"/api/runs/compare?runs={runs[0]},{UNKNOWN}").status_code in (502, 503)

    def figure() -> Any:
        return client.get(f"/charts/figure?chart=loss&runs={UNKNOWN}").json

    assert not figure()["absent"]
    eventually(lambda: not figure()["pending"])  # until then the failure is not known, and the run may come
    assert not figure()["absent"]
    report = client.get(f"/runs/report.html?runs={runs[0]},{UNKNOWN}").get_data(as_text=True)
    assert "MLflow has no run" not in report
    assert "The data shown is from" in report
    pieces: list[bytes] = []
    points = client.get(f"/charts/points.csv?chart=loss&runs={runs[0]},{UNKNOWN}")
    with pytest.raises(PointsMissing):
        pieces.extend(points.iter_encoded())
    assert b"INCOMPLETE" in b"".join(pieces)
    assert b"There is no run" not in b"".join(pieces)
    trainings = client.get("/trainings/list").json
    assert "The data shown is from" in str(trainings["failure"])


def test_a_comparison_names_the_runs_that_could_not_be_read(cache_dir: Path) -> None:
    services = services_of(NOWHERE, cache_dir)
    failure = Failure.of(ConnectionRefused("MLflow"), "MLflow")
    view = RunView(service="MLflow", runs=RunTable.of([]), as_of=None, failure=failure)
    drawing = ChartData.of(services, view, [UNKNOWN], [], ChartOptions(), 0.0)
    assert (drawing.unknown, drawing.unread, drawing.is_loading) == ([], [UNKNOWN], False)


def test_a_model_that_may_be_new_is_not_called_missing(cache_dir: Path) -> None:
    services = services_of(NOWHERE, cache_dir)
    known = ModelView(models=ModelList(models=[]))
    with create_app(services.settings, services).server.test_request_context("/"):
        assert "No such model" in str(facts_of(known, "7"))
        failure = Failure.of(ConnectionRefused("MLflow"), "MLflow")
        assert facts_of(known.model_copy(update={"failure": failure}), "7") is dash.no_update


def test_a_correction_of_a_run_that_cannot_be_read_gives_the_reason(cache_dir: Path) -> None:
    services = services_of(NOWHERE, cache_dir)
    app: dash.Dash = create_app(services.settings, services)
    client = app.server.test_client()
    client.get("/")
    body = {
        "output": f"{ids.RUN_TOOL_OUTCOME}.children",
        "outputs": {"id": ids.RUN_TOOL_OUTCOME, "property": "children"},
        "inputs": [{"id": ids.RUN_TOOL_STATE, "property": "n_clicks", "value": 1}],
        "changedPropIds": [f"{ids.RUN_TOOL_STATE}.n_clicks"],
        "state": [
            {"id": ids.RUN_TOOL_CHOICE, "property": "value", "value": "sb3"},
            {"id": ids.RUN_ID, "property": "data", "value": UNKNOWN},
        ],
    }

    def sentence() -> str:
        answer = client.post("/_dash-update-component", json=body).json
        return str(answer["response"][ids.RUN_TOOL_OUTCOME]["children"])

    assert "MLflow" in sentence()
    assert "has no run" not in sentence()
    eventually(lambda: "refused the connection" in sentence())


def test_pages_of_a_new_run_wait_while_mlflow_is_slow(
    misbehaving: Misbehaving, tracking: Tracking, cache_dir: Path
) -> None:
    services, may_continue = services_of(misbehaving.address, cache_dir), threading.Event()
    client = create_app(services.settings, services).server.test_client()
    client.get("/")
    eventually(lambda: client.get("/api/runs").status_code == 200)
    new = tracking.run(tracking.experiment())

    def hold(_path: str, body: bytes) -> bytes:
        may_continue.wait(600)
        return body

    def compared(trigger: str, drawn: Any = None) -> Any:
        values = {ids.COMPARED: {"runs": [new]}, ids.options("compare"): {}, ids.COMPARE_DRAWN: drawn}
        return updated(client, f"{ids.COMPARE_DRAWN}.data", trigger, values)

    def page_of(run_id: str) -> Any:
        return updated(client, f"{ids.RUN_DRAWN}.data", f"{ids.tick('run')}.n_intervals", {ids.RUN_ID: run_id})

    misbehaving.alter = hold
    first, tick = compared(f"{ids.COMPARED}.data"), f"{ids.COMPARE_TICK}.n_intervals"
    assert "could not be read yet" in str(first)
    drawn = first[ids.COMPARE_DRAWN]["data"]
    assert compared(tick, drawn) is None  # as before, so that the page asks again
    assert page_of(new) is None
    may_continue.set()
    eventually(lambda: compared(tick, drawn)[ids.COMPARE_TABLE]["children"])
    eventually(lambda: page_of(new)[ids.RUN_CHARTS]["hidden"] is False)
    eventually(lambda: "No such run" in str(page_of(UNKNOWN)))


def updated(client: FlaskClient, output: str, trigger: str, values: dict[str, Any]) -> Any:
    """Returns what the callback with this output sends to a page with these values; None if it changes nothing."""
    found = next(each for each in client.get("/_dash-dependencies").json if f"...{output}.." in each["output"])
    names = (each.rsplit(".", 1) for each in found["output"].strip(".").split("..."))
    body = {
        "output": found["output"],
        "outputs": [{"id": name, "property": of} for name, of in names],
        "inputs": [each | {"value": values.get(each["id"])} for each in found["inputs"]],
        "changedPropIds": [trigger],
        "state": [each | {"value": values.get(each["id"])} for each in found["state"]],
    }
    answer = client.post("/_dash-update-component", json=body)
    assert answer.status_code in (200, 204), answer.text
    return None if answer.status_code == 204 else answer.json["response"]
