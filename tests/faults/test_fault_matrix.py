"""Each service × fault × page: rendered in time, the failed service named with a Retry, nothing lost, recovery.

All stories are played at once, as nearly all of their time is waiting; a test for each cell then reads what
happened.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from components import ids
from components.runs import comparison
from tests.faults.relay import Fault, Relay
from tests.faults.stories import GPU_MONITOR, MLFLOW, MODEL_SERVER, Pages, Shown, Story
from tests.models.model_server import ModelServer
from tests.registry import Registry
from tests.selection import selected_values
from tests.tracking import Tracking

SERVICES = (MLFLOW, MODEL_SERVER, GPU_MONITOR)
# One fault of each kind: down, silent, late, unreadable answer, answer of another meaning. Other answers
# are read by the same client, and each is a case of tests/runs/test_run_store.py.
USUAL = {
    MLFLOW: {Fault.DOWN, Fault.HANGS, Fault.SLOW, Fault.HTML, Fault.WRONG_TYPES},
    MODEL_SERVER: {Fault.DOWN, Fault.HANGS, Fault.HALF_JSON},
    GPU_MONITOR: {Fault.DOWN, Fault.WRONG_TYPES},
}
# The longest first: one that hangs or is slow takes a minute, others ten seconds.
FAULTS = (Fault.HANGS, Fault.SLOW, *(fault for fault in Fault if fault not in (Fault.HANGS, Fault.SLOW)))
CELLS = [
    pytest.param(service, fault, marks=() if fault in USUAL[service] else pytest.mark.thorough)
    for service in SERVICES
    for fault in FAULTS
]
AT_ONCE = 8  # more of them would wait for each other
PATHS = (
    "/",
    "/mlflow",
    "/mlflow?runs={run}",
    "/mlflow/runs/{run}",
    "/models",
    "/models/1",
    "/inference",
    "/gpu",
    "/alerts",
)
RUN, TRAINING = "a-good-run", "a-run-in-training"


class EnvironmentSample:
    """Holds all stories, begun together; `run` is the id of a run that the pages show."""

    def __init__(self, run: str) -> None:
        self.run = run
        self.stories: dict[tuple[str, Fault], Future[Story]] = {}


@pytest.fixture(scope="module")
def played(
    request: pytest.FixtureRequest, tracking: Tracking, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[EnvironmentSample]:
    registry = Registry(tracking, "faults")
    group = registry.experiment_id
    metrics = {"success_rate": [0.5, 0.75], "episode_reward": [1.0, 2.0], "loss": [1.0, 0.5]}
    run = tracking.run(group, name=RUN, params={"algorithm": "DQN"}, metrics=metrics)
    tracking.run(group, name=TRAINING, tags={"clew.pid": "7"}, status="RUNNING")
    registry.version(algorithm="PPO", success_rate="0.75")
    tracking.post("registered-models/alias", {"name": "faults", "alias": "active", "version": "1"})
    played = EnvironmentSample(run)
    with ExitStack() as stack, ThreadPoolExecutor(AT_ONCE) as pool:
        model_server = stack.enter_context(ModelServer())
        model_server.add("1", algorithm="PPO", success_rate=0.75)
        model_server.active = "1"
        monitor = stack.enter_context(HealthyMonitor())
        chosen_cells = selected_values(request, "service", "fault")
        for service, fault in sorted(chosen_cells, key=lambda cell: FAULTS.index(cell[1])):
            behind = {MLFLOW: tracking.address, GPU_MONITOR: monitor.address}
            if service == MODEL_SERVER:
                behind[MODEL_SERVER] = model_server.address
            relays = {name: stack.enter_context(Relay(address)) for name, address in behind.items()}
            cache = tmp_path_factory.mktemp(f"{service}-{fault}".replace(" ", "-"))
            story = Story(service, fault, relays, pages(run, behind), cache, monitor.address)
            played.stories[service, fault] = pool.submit(story.play)
        yield played


def pages(run: str, behind: dict[str, str]) -> Pages:
    """Maps each page to what it shows, and the service it comes from."""
    store = MODEL_SERVER if MODEL_SERVER in behind else MLFLOW
    shown = [
        [Shown(MLFLOW, "front-best-body", RUN), Shown(store, "front-model-body", "PPO")],
        [Shown(MLFLOW, "runs-rows", RUN)],
        [Shown(MLFLOW, "runs-rows", RUN), Shown(MLFLOW, "compare-table", RUN), *_lines("compare")],
        [Shown(MLFLOW, "run-facts", "DQN"), *_lines("run")],
        [Shown(store, "models-rows", "PPO")],
        [Shown(store, "model-facts", "PPO")],
        [Shown(store, "inference-model", "PPO")],
        [Shown(MLFLOW, "gpus-runs", TRAINING)],
        [Shown(MLFLOW, "alerts-body", "Nothing is muted.")],
    ]
    return {path.format(run=run): parts for path, parts in zip(PATHS, shown, strict=True)}


def _lines(place: str) -> list[Shown]:
    """Returns the line of the run in each chart."""
    return [Shown(MLFLOW, ids.chart(place, word), RUN) for word in comparison.WORDS]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("service", "fault"), CELLS)
def test_a_page_reports_a_fault_keeps_its_data_and_recovers(
    played: EnvironmentSample, service: str, fault: Fault, path: str
) -> None:
    claims = played.stories[service, fault].result().claims[path.format(run=played.run)]
    assert len(claims) == 12
    assert [claim for claim in claims if not claim.holds] == []


class HealthyMonitor(ThreadingHTTPServer):
    """Serves the health that pages request from a monitor or scheduler. Their streams go to browsers."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Healthy)
        self.address = f"http://127.0.0.1:{self.server_port}"
        Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()


class _Healthy(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"status": "healthy"}')

    def log_message(self, format: str, *args: object) -> None:
        """Logs nothing."""
