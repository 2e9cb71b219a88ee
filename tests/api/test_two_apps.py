"""Two apps in one process, on one MLflow and one cache: each is drawn by its own settings."""

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask import Flask

from app import create_app
from components import ids
from services.connect import connect
from settings.settings import Settings
from tests.api.conftest import until_listed
from tests.faults.viewer import Viewer, in_process
from tests.misbehaving import eventually
from tests.tracking import Tracking

WORDS = """
per_episode = ["score"]
[metrics]
reward = ["score"]
[parameters]
algorithm = ["method"]
seed = []
"""
MODEL = "two-apps"


class TwoApps(NamedTuple):
    """Holds a Clew with default settings, one with a team's words, sub-path and monitors, and a run that both show."""

    plain: Flask
    theirs: Flask
    run_id: str


@pytest.fixture(scope="module")
def two(tracking: Tracking, tmp_path_factory: pytest.TempPathFactory) -> TwoApps:
    run_id = tracking.run(
        tracking.experiment(),
        name="read-twice",
        params={"algorithm": "PPO", "method": "ours", "seed": "7"},
        metrics={"episode_reward": [1.0, 2.0], "score": [5.0, 6.0, 8.0]},
    )
    tracking.model(MODEL)
    words = tmp_path_factory.mktemp("words") / "words.toml"
    words.write_text(WORDS)
    cache = tmp_path_factory.mktemp("cache")
    theirs = {
        "vocabulary_file": words,
        "dash_requests_pathname_prefix": "/clew/",
        "read_only": True,
        "refresh_seconds": 60,
        "gpu_monitor_urls": "trainer-1=http://trainer-1:8001",
        "inference_ws_url": "wss://models.example.com/ws/inference",
    }
    two = TwoApps(serve(tracking, cache), serve(tracking, cache, **theirs), run_id)
    for app in two[:2]:
        until_listed(app.test_client(), [run_id])
    return two


def serve(tracking: Tracking, cache: Path, **changes: Any) -> Flask:
    values = {"mlflow_tracking_uri": tracking.address, "cache_dir": cache, "model_name": MODEL, **changes}
    settings = Settings(_env_file=None, **values)
    server: Flask = create_app(settings, connect(settings)).server
    return server


def open_both(two: TwoApps, path: str) -> tuple[Viewer, Viewer]:
    """Opens the same page of both."""
    return Viewer(in_process(two.plain), path), Viewer(in_process(two.theirs), f"/clew{path}")


def wait_settled(viewer: Viewer, component: str, prop: str) -> Any:
    """Waits until a page shows the expected content; on a slow machine it comes with a later tick."""
    eventually(lambda: viewer.property_of(component, prop) or viewer.tick() < 0)
    return viewer.property_of(component, prop)


def test_each_app_reads_runs_by_its_own_settings(two: TwoApps) -> None:
    for _again in range(2):  # a value cached by one must not be used by the other
        plain, theirs = (app.test_client().get(f"/api/runs/{two.run_id}").json for app in two[:2])
        assert [plain[key] for key in ("final_reward", "algorithm", "seed", "episodes")] == [2.0, "PPO", 7, 2]
        assert [theirs[key] for key in ("final_reward", "algorithm", "seed", "episodes")] == [8.0, "ours", None, 3]


def test_the_run_list_of_each_app_follows_its_settings(two: TwoApps) -> None:
    path_of_list = "/mlflow?column=algorithm&column=final_reward"
    found = [row_of(page, two.run_id) for page in (*open_both(two, path_of_list), *open_both(two, path_of_list))]
    assert [row["final_reward"] for row in found] == [2.0, 8.0, 2.0, 8.0]
    assert [row["algorithm"] for row in found] == ["PPO", "ours", "PPO", "ours"]


def row_of(page: Viewer, run_id: str) -> dict[str, Any]:
    (row,) = [row for row in wait_settled(page, ids.ROWS, "data") if row["id"] == run_id]
    return dict(row)


def test_the_comparison_draws_the_reward_metric_of_each_app(two: TwoApps) -> None:
    points = []
    for page in open_both(two, f"/mlflow?runs={two.run_id}"):
        eventually(lambda page=page: bool(reward_points(page)) or page.tick() < 0)  # type: ignore[misc]
        points.append(reward_points(page))
    assert points[0] != points[1]


def reward_points(page: Viewer) -> str:
    figure = page.property_of(ids.chart("compare", "reward"), "figure")
    return str(figure["data"][0]["y"]["bdata"]) if figure and figure["data"] else ""


def test_models_take_missing_facts_from_their_run_by_each_apps_settings(two: TwoApps) -> None:
    plain, theirs = (app.test_client().get("/api/models/1").json for app in two[:2])
    assert (plain["algorithm"], theirs["algorithm"]) == ("PPO", None)
    for _again in range(2):
        rows = [wait_settled(page, ids.MODEL_ROWS, "data")[0]["algorithm"] for page in open_both(two, "/models")]
        assert rows == ["PPO", "–"]


def test_each_app_has_its_own_prefix_in_the_document_and_in_links(two: TwoApps) -> None:
    for _again in range(2):
        for app, prefix in ((two.plain, "/"), (two.theirs, "/clew/")):
            client = app.test_client()
            assert f'data-prefix="{prefix}"' in client.get("/").text
            links = set(re.findall(r'"href": "(/[^"]*)"', json.dumps(client.get("/_dash-layout?lang=ja").json)))
            assert links == {
                f"{prefix}{page}?lang=ja" for page in ("", "mlflow", "training", "models", "inference", "gpu", "alerts")
            }


def test_only_the_read_only_app_shows_that_it_is_read_only(two: TwoApps) -> None:
    for _again in range(2):
        assert "read-only" not in two.plain.test_client().get("/_dash-layout").text
        assert "clew-read-only" in two.theirs.test_client().get("/_dash-layout").text


def test_pages_are_drawn_by_the_settings_of_the_app_that_answers(two: TwoApps) -> None:
    here = {"url": "http://127.0.0.1:8001", "browser_url": None, "prefix": "/", "name": "local"}
    there = {"url": "http://trainer-1:8001", "browser_url": None, "prefix": "/clew/", "name": "trainer-1"}
    for _again in range(2):
        plain, theirs = open_both(two, "/gpu")
        assert plain.property_of(ids.GPU_MONITORS, "data") == [here]
        assert theirs.property_of(ids.GPU_MONITORS, "data") == [there]
        assert [page.property_of(ids.tick("gpus"), "interval") for page in (plain, theirs)] == [5_000, 10_000]
        plain, theirs = open_both(two, "/inference")
        engines = [page.property_of(ids.INFERENCE_ENGINE, "data") for page in (plain, theirs)]
        assert [engine["prefix"] for engine in engines] == ["/", "/clew/"]
        assert [engine["browser_url"] for engine in engines] == [None, "wss://models.example.com/ws/inference"]


@pytest.mark.parametrize("query", ["?ui=x", "?ui=x&ui=y&layout=z", "?self=1&query=2"])
def test_query_parameters_cannot_replace_the_arguments_of_a_layout(two: TwoApps, query: str) -> None:
    for path in (
        "/",
        "/gpu",
        "/inference",
        "/models",
        "/mlflow",
        f"/mlflow/runs/{two.run_id}",
        "/models/1",
        "/nowhere",
    ):
        page = Viewer(in_process(two.theirs), f"/clew{path}{query}")
        assert page.text()
