"""Each page recovers by itself: opened before MLflow, the dashboard that the engine uses, or the engine is up."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from dash.testing.browser import Browser

from app import create_app
from services.connect import connect
from settings.settings import Settings
from tests.browser.page import Page
from tests.faults.relay import Fault, Relay
from tests.gpus.monitor import free_port
from tests.inference.conftest import Team, _bare_environment
from tests.inference.engine import Engine, listening
from tests.tracking import Tracking

AGAIN = "Retrying automatically"
LATE_SECONDS = 11.0  # MLflow starts this long after all others


@pytest.fixture(scope="module")
def team(tracking: Tracking) -> Team:
    team = Team(tracking)
    team.activate(team.ppo)
    return team


class Stack:
    """Runs a Clew and its engine, each of which reaches the next service through a relay; at first no service
    answers."""

    def __init__(self, stack: ExitStack, team: Team, folder: Path, driver: object) -> None:
        self.mlflow = stack.enter_context(Relay(team.registry.tracking.address))
        self.mlflow.fault = Fault.DOWN
        settings = Settings(
            _env_file=None,  # type: ignore[call-arg]
            mlflow_port=self.mlflow.port,
            model_name=team.registry.name,
            model_names=team.registry.name,
            inference_port=free_port(),
            cache_dir=folder / "cache",
            refresh_seconds=6,
        )
        address = stack.enter_context(listening(create_app(settings, connect(settings)).server))
        self.clew = stack.enter_context(Relay(address))
        self.page = Page(driver, address)  # type: ignore[arg-type]
        self.port = settings.inference_port
        self.folder = folder

    def engine(self) -> Engine:
        """Starts the engine, which reaches the dashboard through its relay."""
        return Engine(self.folder, _bare_environment(), self.clew.address, {}, self.port)


@pytest.fixture
def waiting_stack(dash_br: Browser, team: Team, tmp_path: Path) -> Iterator[Stack]:
    with ExitStack() as stack:
        yield Stack(stack, team, tmp_path, dash_br.driver)
        dash_br.driver.get("about:blank")


@pytest.fixture
def run(team: Team) -> str:
    registry = team.registry
    values = {"episode_reward": [0.0, 0.5], "loss": [1.0, 0.5]}
    return registry.tracking.run(registry.experiment_id, name="was-waited-for", metrics=values)


def check_recovery(
    stack: Stack, path: str, shows_waiting: Callable[[], object], shows_data: Callable[[], object]
) -> None:
    """Checks that a page opened while MLflow is away reports waiting; MLflow comes, goes, and comes back."""
    page, mlflow = stack.page, stack.mlflow
    page.open(path)
    page.wait(shows_waiting)
    late = threading.Timer(LATE_SECONDS, lambda: setattr(mlflow, "fault", None))
    late.start()
    page.wait(shows_data)
    late.join()
    page.wait(lambda: AGAIN not in page.text())


def test_the_run_list_recovers_by_itself(waiting_stack: Stack, run: str) -> None:
    page = waiting_stack.page
    failure = lambda: AGAIN in page.text("#runs-failure")  # noqa: E731
    check_recovery(waiting_stack, "/mlflow", failure, lambda: "was-waited-for" in page.column("name"))
    waiting_stack.mlflow.fault = Fault.DOWN  # it is restarted while the page is open
    page.wait(failure)
    assert "was-waited-for" in page.column("name")
    waiting_stack.mlflow.fault = None
    page.wait(lambda: AGAIN not in page.text())


@pytest.mark.thorough
def test_the_run_page_recovers_by_itself(waiting_stack: Stack, run: str) -> None:
    page = waiting_stack.page
    shown = lambda: page.lines("run-chart-reward") == [2]  # noqa: E731
    check_recovery(waiting_stack, f"/mlflow/runs/{run}", lambda: AGAIN in page.text("#run-failure"), shown)


@pytest.mark.thorough
def test_the_comparison_recovers_by_itself(waiting_stack: Stack, run: str) -> None:
    page = waiting_stack.page
    shown = lambda: page.lines("compare-chart-reward") == [2]  # noqa: E731
    check_recovery(waiting_stack, f"/mlflow?runs={run}", lambda: AGAIN in page.text("#runs-failure"), shown)


@pytest.mark.thorough
def test_the_front_page_recovers_by_itself(waiting_stack: Stack, team: Team) -> None:
    page = waiting_stack.page

    def shows_waiting() -> bool:
        return all(AGAIN in page.text(f"#front-{tile}-failure") for tile in ("model", "runs", "best"))

    check_recovery(waiting_stack, "/", shows_waiting, lambda: f"Model {team.ppo}" in page.text("#front-model"))


@pytest.mark.thorough
def test_the_model_list_recovers_by_itself(waiting_stack: Stack, team: Team) -> None:
    page = waiting_stack.page
    shown = lambda: team.ppo in page.column("model_id", "models-table")  # noqa: E731
    check_recovery(waiting_stack, "/models", lambda: AGAIN in page.text("#models-failure"), shown)


@pytest.mark.thorough
def test_the_model_page_and_its_policy_check_recover_by_themselves(waiting_stack: Stack, team: Team) -> None:
    page = waiting_stack.page

    def shows_waiting() -> bool:
        return AGAIN in page.text("#model-failure") and "not been checked yet" in page.text("#model-policy")

    check_recovery(
        waiting_stack, f"/models/{team.ppo}", shows_waiting, lambda: "observation float32" in page.text("#model-policy")
    )


@pytest.mark.thorough
def test_a_requested_walk_begins_once_engine_dashboard_and_mlflow_are_up(waiting_stack: Stack, team: Team) -> None:
    """The engine starts before the dashboard that it uses, and both before MLflow."""
    page = waiting_stack.page
    page.expected_errors = ("WebSocket connection",)
    page.open("/inference?play=1&speed=10")
    page.wait_for_text("is the inference engine running", "#walk-since-a")
    waiting_stack.clew.fault = Fault.DOWN
    engine = waiting_stack.engine()
    try:
        page.wait_for_text("Waiting: Clew: cannot be reached", "#walk-trouble-a")
        page.wait_for_text("s so far", "#walk-trouble-a")
        waiting_stack.clew.fault = None
        page.wait_for_text("MLflow: refused", "#walk-trouble-a", 60)
        waiting_stack.mlflow.fault = None
        page.wait_for_text("goal reached", "#walk-section-a", 90)
        assert page.text("#walk-title-a") == f"Model {team.ppo} active"
        assert not page.all("#walk-trouble-a.show")
    finally:
        engine.end()


def test_an_evaluation_is_started_although_the_engine_is_restarted(waiting_stack: Stack, team: Team) -> None:
    page = waiting_stack.page
    page.expected_errors = ("WebSocket connection",)
    waiting_stack.mlflow.fault = None
    engine = waiting_stack.engine()
    try:
        page.open("/inference")
        page.wait_for_text("stopped", "#walk-section-a", 90)
        page.wait(lambda: page.find("#evaluation-start").is_enabled())
        engine.end()
        page.click("#evaluation-start")
        page.wait_for_text("Waiting", "#evaluation-report")
        page.wait_for_text("s so far", "#evaluation-report")
        engine = waiting_stack.engine()
        page.wait_for_text("Saved with the model.", "#evaluation-report", 120)
    finally:
        engine.end()
