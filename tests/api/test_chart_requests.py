"""What pages request for their charts and programs for points: over the whole app, on a real MLflow."""

import csv
import io
import math
import threading
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from components.charts.encoding import column
from services.connect import connect
from services.sharing.shared_file import cache_folder
from services.tracking.sources.pace import Pace, PaceFile
from settings.settings import Settings
from tests.api.conftest import Serving
from tests.misbehaving import HTML, Misbehaving, eventually, first_page_until
from tests.patient import PatientSettings
from tests.tracking import Tracking

NAN, INF = float("nan"), float("inf")
# As hostile a name as MLflow accepts.
ODD_KEY = "train/a: b.c-d_e 損失"
LOGGED = {
    ODD_KEY: [1.0, NAN, INF, -2.5e-300],
    "lr": [0.5, 0.25, 0.5, 0.125],
    "episode_reward": [1.0, 2.0, 3.0, 4.0],
    "ended/nan": [1.0, NAN],
}


@pytest.fixture(scope="module")
def client(server: Flask) -> FlaskClient:
    return server.test_client()


@pytest.fixture(scope="module")
def run(tracking: Tracking) -> str:
    return tracking.run(tracking.experiment(), name='=1+1,"x" %{x} <b>', metrics=LOGGED, params={"p": "1"})


@pytest.fixture(scope="module")
def other(tracking: Tracking) -> str:
    return tracking.run(tracking.experiment(), name="other", metrics={"episode_reward": [5.0, 6.0]})


def figure(client: FlaskClient, **query: Any) -> Any:
    """Returns the answer once it is complete."""
    return complete_answer(client, "/charts/figure", query)


def complete_answer(client: FlaskClient, path: str, query: dict[str, Any]) -> Any:
    found: list[Any] = []

    def nothing_is_pending() -> bool:
        answer = client.get(path, query_string=query)
        assert answer.status_code == 200, answer.text
        found[:] = [answer.json]
        return not answer.json["pending"]

    eventually(nothing_is_pending)
    return found[0]


def test_a_chart_is_drawn_by_its_address(client: FlaskClient, run: str, other: str) -> None:
    answer = figure(client, runs=f"{run},{other}", chart="@reward", width=300)
    assert [column(trace["y"]) for trace in answer["figure"]["data"]] == [[1, 2, 3, 4], [5, 6]]
    assert answer["summary"].startswith("Episode reward, 2 lines.")
    assert (answer["pending"], answer["sampled"], answer["absent"], answer["failures"]) == (False, False, False, [])


def test_any_metric_is_drawn_over_any_other(client: FlaskClient, run: str) -> None:
    answer = figure(client, runs=run, chart="episode_reward", axis="metric:lr")
    assert column(answer["figure"]["data"][0]["x"]) == [0.5, 0.25, 0.5, 0.125]
    odd = figure(client, runs=run, chart=ODD_KEY, axis=f"metric:{ODD_KEY}")
    assert column(odd["figure"]["data"][0]["y"]) == [-2.5e-300, 1.0]


def test_a_metric_that_no_run_logged_is_absent(client: FlaskClient, run: str) -> None:
    assert figure(client, runs=run, chart="nowhere")["absent"]
    assert figure(client, runs=run, chart="@success_rate")["absent"]
    assert not figure(client, runs=run, chart='{"m":["nowhere","lr"]}')["absent"]


def test_an_unchanged_figure_is_answered_with_304(client: FlaskClient, tracking: Tracking, run: str) -> None:
    query = {"runs": run, "chart": "lr"}
    figure(client, **query)
    first = client.get("/charts/figure", query_string=query)
    assert first.headers["Cache-Control"] == "private, no-cache"
    kept = {"If-None-Match": first.headers["ETag"]}
    again = client.get("/charts/figure", query_string=query, headers=kept)
    assert (again.status_code, again.data) == (304, b"")
    assert client.get("/charts/figure", query_string={**query, "smoothing": 0.5}, headers=kept).status_code == 200
    assert first.json["version"] in first.headers["ETag"]


@pytest.mark.parametrize("encoding", ["gzip", "zstd", "br"])
def test_an_unchanged_compressed_figure_is_answered_with_304(client: FlaskClient, run: str, encoding: str) -> None:
    headers = {"Accept-Encoding": encoding}
    figure(client, runs=run, chart="@reward")
    query = {"runs": run, "chart": "@reward"}
    first = client.get("/charts/figure", query_string=query, headers=headers)
    assert first.headers["Content-Encoding"] == encoding
    kept = headers | {"If-None-Match": first.headers["ETag"]}
    assert client.get("/charts/figure", query_string=query, headers=kept).status_code == 304


def test_a_selection_too_long_for_an_address_is_sent_as_a_body(client: FlaskClient, run: str) -> None:
    query = {"runs": run, "chart": "lr", "axis": "step", "width": "300"}
    by_address = figure(client, **query)
    assert client.post("/charts/figure", json={**query, "runs": [run], "width": 300}).json == by_address
    many = [run, *(f"{number:032x}" for number in range(999))]
    assert client.post("/charts/figure", json={"runs": many, "chart": "lr"}).status_code == 200


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({}, 422, "run-ids-missing"),
        ({"runs": "a/b"}, 422, "run-ids-malformed"),
        ({"runs": "a"}, 400, "chart-unreadable"),
        ({"runs": "a", "chart": "@nonsense"}, 400, "no-such-word"),
        ({"runs": "a", "chart": "x", "axis": "nonsense"}, 400, "chart-options-odd"),
        ({"runs": "a", "chart": "x", "axis": "metric:"}, 400, "chart-options-odd"),
        ({"runs": "a", "chart": "x", "smoothing": "2"}, 400, "chart-options-odd"),
        ({"runs": "a", "chart": "x", "width": "-1"}, 400, "chart-options-odd"),
        ({"runs": "a", "chart": "x", "x_from": "nan"}, 400, "chart-options-odd"),
        ({"runs": "a", "chart": "x", "group": "name:("}, 400, "chart-options-odd"),
    ],
)
def test_invalid_parameters_are_refused(client: FlaskClient, query: dict[str, str], status: int, code: str) -> None:
    for answer in (client.get("/charts/figure", query_string=query), client.post("/charts/figure", json=query)):
        assert (answer.status_code, answer.json["code"]) == (status, code)
        assert answer.json["error"]
        assert answer.json["message"]


@pytest.mark.parametrize("body", ["", "[]", "{", "null", '"x"', '{"runs": {}}', '{"runs": [1, []], "chart": []}'])
def test_malformed_bodies_are_refused(client: FlaskClient, body: str) -> None:
    for path in ("/charts/figure", "/charts/metrics"):
        assert 400 <= client.post(path, data=body, content_type="application/json").status_code < 500
        assert client.post(path, data=body, content_type="text/plain").status_code == 415


def test_the_catalogue_lists_every_logged_metric(client: FlaskClient, run: str, other: str) -> None:
    figure(client, runs=f"{run},{other}", chart="@reward")
    answer = client.get("/charts/metrics", query_string={"runs": f"{run},{other}"}).json
    assert answer["runs"] == 2
    assert answer["metrics"] == sorted(
        [[key, 2 if key == "episode_reward" else 1, "reward" if key == "episode_reward" else None] for key in LOGGED]
    )
    assert answer["params"] == [["p", 1]]
    assert (answer["presets"]["reward"], answer["presets"]["loss"], answer["axis_hint"]) == (2, 0, None)
    assert client.post("/charts/metrics", json={"runs": [run, other]}).json == answer


def test_runs_with_different_units_of_steps_share_another_axis(client: FlaskClient, tracking: Tracking) -> None:
    experiment = tracking.experiment()
    by_env_steps = tracking.run(experiment, metrics={"episode_reward": [1, 2], "time/total_timesteps": [1, 2]})
    by_iteration = tracking.run(experiment, metrics={"episode_reward": [1, 2], "num_env_steps_sampled": [4000, 8000]})
    runs = f"{by_env_steps},{by_iteration}"
    chart = figure(client, runs=runs, chart="@reward")["figure"]
    assert chart["layout"]["meta"]["x"]["axis"] == "env_steps"
    assert [column(trace["x"]) for trace in chart["data"]] == [[1, 2], [4000, 8000]]
    assert client.get("/charts/metrics", query_string={"runs": runs}).json["axis_hint"] == "env_steps"
    back = figure(client, runs=runs, chart="@reward", axis="step")["figure"]
    assert back["layout"]["meta"]["x"]["axis"] == "step"


def test_one_run_without_steps_is_drawn_over_time(client: FlaskClient, tracking: Tracking) -> None:
    run = tracking.run(tracking.experiment(), status="RUNNING")
    points = [{"key": "y", "value": v, "timestamp": 1_790_000_000_000 + v, "step": 0} for v in range(3)]
    tracking.post("runs/log-batch", {"run_id": run, "metrics": points})
    answer = figure(client, runs=run, chart="y")["figure"]["layout"]
    assert answer["meta"]["x"]["axis"] == "relative_time"
    assert "steps are missing: drawn over time" in answer["title"]["subtitle"]["text"].replace("<br>", " ")


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_all_points_are_downloaded_as_csv(client: FlaskClient, run: str, other: str) -> None:
    query = {"runs": f"{run},{other}", "chart": f'{{"m":["{ODD_KEY}","@reward"]}}', "axis": "metric:lr"}
    answer = client.get("/charts/points.csv", query_string=query)
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="clew-points-train-a-b.c-d_e-reward.csv"'
    rows = table(answer.text)
    points = [(row["run_id"], row["metric"], row["step"], row["x"], row["value"]) for row in rows]
    assert points == [
        (run, ODD_KEY, "1", "0.5", "1.0"),
        (run, ODD_KEY, "2", "0.25", "NaN"),
        (run, ODD_KEY, "3", "0.5", "Infinity"),
        (run, ODD_KEY, "4", "0.125", "-2.5e-300"),
        *(
            (run, "episode_reward", str(step), x, f"{step}.0")
            for step, x in enumerate(["0.5", "0.25", "0.5", "0.125"], 1)
        ),
        (other, "episode_reward", "1", "", "5.0"),
        (other, "episode_reward", "2", "", "6.0"),
    ]
    assert client.post("/charts/points.csv", json={**query, "runs": [run, other]}).text == answer.text
    assert {row["run"] for row in rows} == {'\'=1+1,"x" %{x} <b>', "other"}


def test_a_history_of_25000_points_is_complete(client: FlaskClient, tracking: Tracking) -> None:
    values = [float(number % 977) for number in range(25_000)]
    run = tracking.run(tracking.experiment(), metrics={"y": values})
    rows = table(client.get("/charts/points.csv", query_string={"runs": run, "chart": "y"}).text)
    assert [float(row["value"]) for row in rows] == values
    assert [int(row["step"]) for row in rows] == list(range(1, 25_001))
    answer = client.get(f"/api/runs/{run}/metrics/y").json
    assert answer["value"] == values
    assert answer["step"] == list(range(1, 25_001))


@pytest.fixture
def metrics_table(client: FlaskClient, run: str) -> list[list[Any]]:
    rows: list[list[Any]] = complete_answer(client, "/charts/table", {"run": run})["rows"]
    return rows


def test_every_metric_of_a_run_is_in_its_table(metrics_table: list[list[Any]]) -> None:
    found = {key: (last, step, *extremes) for key, last, step, _timestamp, *extremes in metrics_table}
    assert found == {
        ODD_KEY: (-2.5e-300, 4, -2.5e-300, 1.0, 4),
        "lr": (0.125, 4, 0.125, 0.5, 4),
        "episode_reward": (4.0, 4, 1.0, 4.0, 4),
        "ended/nan": ("NaN", 2, 1.0, 1.0, 2),
    }


def test_the_api_returns_the_table_of_metrics(client: FlaskClient, run: str, metrics_table: list[list[Any]]) -> None:
    answer = client.get(f"/api/runs/{run}/metrics").json
    assert [list(row.values()) for row in answer] == metrics_table
    assert list(answer[0]) == ["key", "last", "step", "timestamp", "least", "greatest", "points"]


def test_points_come_as_json_csv_or_arrow(client: FlaskClient, run: str) -> None:
    path = f"/api/runs/{run}/metrics/{quote(ODD_KEY, safe='')}"
    answer = client.get(path).json
    assert (answer["run_id"], answer["key"], answer["step"]) == (run, ODD_KEY, [1, 2, 3, 4])
    assert answer["value"] == [1.0, "NaN", "Infinity", -2.5e-300]
    for options in ({"query_string": {"format": "csv"}}, {"headers": {"Accept": "text/csv"}}):
        rows = table(client.get(path, **options).text)
        assert [row["value"] for row in rows] == ["1.0", "NaN", "Infinity", "-2.5e-300"]
    arrow = client.get(path, headers={"Accept": "application/vnd.apache.arrow.stream"})
    found = pa.ipc.open_stream(arrow.data).read_all()
    assert found.schema.metadata == {b"run_id": run.encode(), b"key": ODD_KEY.encode()}
    assert found["step"].to_pylist() == [1, 2, 3, 4]
    assert [math.isfinite(value) for value in found["value"].to_pylist()] == [True, False, False, True]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("{run}/metrics/nowhere", 404, "no-such-metric"),
        ("{run}/metrics/lr?format=xml", 400, "no-such-format"),
        ("nobody/metrics", 404, "run-not-found"),
        ("nobody/metrics/lr", 404, "run-not-found"),
        ("a%20b/metrics", 404, "run-id-malformed"),
        ("{run}/metrics/a//b", 404, "no-such-metric"),
    ],
)
def test_missing_runs_are_reported(client: FlaskClient, run: str, path: str, status: int, code: str) -> None:
    answer = client.get(f"/api/runs/{path.format(run=run)}")
    assert (answer.status_code, answer.json["code"]) == (status, code)


def test_while_mlflow_is_away_known_histories_are_drawn_and_the_others_reported(
    serving: Serving, misbehaving: Misbehaving, tracking: Tracking
) -> None:
    run = tracking.run(tracking.experiment(), metrics={"known": [1.0, 2.0], "late": [1.0]})
    client = serving(misbehaving.address).test_client()
    figure(client, runs=run, chart="known")
    misbehaving.answer = HTML
    assert figure(client, runs=run, chart="known")["figure"]["data"]
    answer = figure(client, runs=run, chart="late")
    assert answer["figure"]["data"] == []
    assert "A history could not be read" in answer["failures"][0]
    with pytest.raises(Exception, match="histories are missing"):
        client.get("/charts/points.csv", query_string={"runs": run, "chart": "late"}).get_data()
    assert client.get(f"/api/runs/{run}/metrics/late").status_code in (502, 503)
    assert client.get(f"/api/runs/{run}/metrics").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/charts/figure?chart=loss&runs=",
        "/charts/metrics?runs=",
        "/charts/points.csv?chart=loss&runs=",
        "/charts/table?run=",
    ],
)
def test_charts_of_runs_that_cannot_be_read_give_the_reason(
    serving: Serving, misbehaving: Misbehaving, path: str
) -> None:
    """They are neither reported as having logged nothing nor as not existing."""
    misbehaving.answer = HTML
    answer = serving(misbehaving.address).test_client().get(path + "a" * 32)
    assert answer.status_code == 503
    assert answer.json is not None
    assert "is not JSON" in answer.json["message"]


def test_until_the_first_reading_is_over_no_run_is_reported_missing(
    misbehaving: Misbehaving, tracking: Tracking, cache_dir: Path
) -> None:
    group, may_continue = tracking.experiment(), threading.Event()
    old = tracking.run(group, metrics={"known": [1.0, 2.0]}, started_ms=1_000_000)
    for _number in range(4):
        tracking.run(group)
    misbehaving.alter = first_page_until(may_continue)
    PaceFile(cache_folder(cache_dir, misbehaving.address), "MLflow").keep(Pace(most_runs=2, seconds_per_run=0.5))
    values = PatientSettings(_env_file=None, mlflow_tracking_uri=misbehaving.address, cache_dir=cache_dir)  # type: ignore[call-arg,arg-type]
    client = create_app(values, connect(values)).server.test_client()
    eventually(lambda: client.post("/runs/rows", json={}).status_code == 200)
    unknown = "a" * 32
    misbehaving.instead = {f"run_id={unknown}": HTML}  # so that it cannot be asked for by its id
    for run, status in ((old, 200), (unknown, 503)):
        for path in (f"/api/runs/{run}", f"/api/runs/{run}/metrics"):
            assert client.get(path).status_code == status, path
        answer = client.get(f"/charts/table?run={run}").json
        assert ("problem" in answer, bool(answer["rows"])) == (run == unknown, run == old)
    assert client.get(f"/api/runs/compare?runs={old},{unknown}").status_code == 503
    assert client.get("/api/runs").status_code == 503
    facts = client.get(f"/api/runs/{old}/facts.json").json
    assert (facts["children"], facts["children_total"]) == (None, None)
    assert "still returning its runs" in facts["missing"]["children"]
    assert client.get(f"/api/runs/{old}/differences").json["code"] == "runs-still-coming"
    assert "still returning its runs" in client.get(f"/runs/changes?run={old}").json["problem"]
    answer = client.get("/charts/figure", query_string={"runs": unknown, "chart": "known"}).json
    assert (answer["pending"], answer["absent"]) == (True, False)
    assert client.get(f"/charts/metrics?runs={unknown}").json["pending"]
    assert figure(client, runs=old, chart="known")["figure"]["data"]
    misbehaving.instead = {}
    # MLflow itself denies it, whatever it has not returned yet.
    eventually(lambda: client.get(f"/api/runs/{unknown}").status_code == 404)
    assert client.get(f"/api/runs/compare?runs={old},{unknown}").json["missing"] == [unknown]
    assert figure(client, runs=unknown, chart="known")["absent"]
    complete_answer(client, "/charts/metrics", {"runs": unknown})
    may_continue.set()
    eventually(lambda: client.get("/api/runs").status_code == 200)
    assert client.get(f"/api/runs/{unknown}").status_code == 404


def test_a_chart_of_a_new_run_stays_pending_while_mlflow_is_slow(
    misbehaving: Misbehaving, tracking: Tracking, cache_dir: Path
) -> None:
    may_continue = threading.Event()
    values = Settings(_env_file=None, mlflow_tracking_uri=misbehaving.address, cache_dir=cache_dir)  # type: ignore[call-arg,arg-type]
    client = create_app(values, connect(values)).server.test_client()
    eventually(lambda: client.get("/api/runs").status_code == 200)
    new = tracking.run(tracking.experiment(), metrics={"known": [1.0, 2.0]})

    def hold(_path: str, body: bytes) -> bytes:
        may_continue.wait(600)
        return body

    misbehaving.alter = hold
    for _poll in range(5):
        answer = client.get("/charts/figure", query_string={"runs": new, "chart": "known"}).json
        assert (answer["pending"], answer["absent"]) == (True, False)
    may_continue.set()
    assert figure(client, runs=new, chart="known")["figure"]["data"]
