"""Clew as docs/deploying.md puts it on a server: gunicorn, two GPU hosts and an inference engine behind nginx."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.deploy.hosting import Dashboard, Nginx
from tests.gpus.conftest import Start, library, start  # noqa: F401
from tests.gpus.monitor import Monitor, free_port
from tests.inference.conftest import Team, _bare_environment
from tests.inference.engine import Engine
from tests.scheduler.programs import write_trainers
from tests.scheduler.service import Service
from tests.tracking import Tracking


@dataclass
class Site:
    """Holds the running services, and a run, a model, an experiment and a training in them."""

    nginx: Nginx
    dashboard: Dashboard
    monitors: dict[str, Monitor]
    team: Team
    run: str
    training: str


@pytest.fixture(scope="module")
def site(tracking: Tracking, start: Start, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:  # noqa: F811
    """Starts all services, and stops them after the tests of a file."""
    folder = tmp_path_factory.mktemp("site")
    clew, team = free_port(), Team(tracking)
    team.activate(team.ppo)
    run = tracking.run(
        team.registry.experiment_id, name="behind-nginx", metrics={"reward": [0.5, 0.6], "success_rate": [0.25, 0.75]}
    )
    tracking.post("runs/delete", {"run_id": tracking.run(team.registry.experiment_id, name="thrown-away")})
    monitors = {
        name: start(state=f"count 1\nutil 0 {busy}", GPU_HOST_NAME=name, TRUSTED_HOSTS="clew.example.com")
        for name, busy in (("trainer-1", 11), ("trainer-2", 22))
    }
    environment = {
        "CACHE_DIR": str(folder / "cache"),
        "DASH_REQUESTS_PATHNAME_PREFIX": "/clew/",
        "MLFLOW_TRACKING_URI": tracking.address,
        "MLFLOW_URL": "https://mlflow.example.com",
        "MODEL_NAME": team.registry.name,
        "GPU_MONITOR_URLS": ",".join(f"{name}=http://127.0.0.1:{one.port}" for name, one in monitors.items()),
        "REFRESH_SECONDS": "6",
        "TRUSTED_HOSTS": "clew.example.com",
        "TRUSTED_USER_HEADER": "X-Forwarded-User",
    }
    ports = {name: one.port for name, one in monitors.items()}
    engine = Engine(
        tmp_path_factory.mktemp("engine"),
        _bare_environment(),
        f"http://127.0.0.1:{clew}",
        {"TRUSTED_HOSTS": "clew.example.com"},
    )
    scheduler = Service(
        tmp_path_factory.mktemp("scheduler"),
        _bare_environment(),
        {
            "MLFLOW_TRACKING_URI": tracking.address,
            "TRUSTED_HOSTS": "clew.example.com",
            "TRAININGS_FILE": str(write_trainers(tmp_path_factory.mktemp("trainers"))),
        },
    )
    training = scheduler.start(trainer="sleeper", word="nginx")
    sockets = {"INFERENCE_PORT": str(engine.port), "SCHEDULER_PORT": str(scheduler.port)}
    dashboard = Dashboard(folder, clew, environment | sockets)
    nginx = Nginx(
        folder,
        https=free_port(),
        http=free_port(),
        clew=clew,
        inference=engine.port,
        scheduler=scheduler.port,
        gpus=ports,
    )
    dashboard.wait()
    yield Site(nginx, dashboard, monitors, team, run, training)
    for part in (nginx, dashboard, engine):
        part.end()
    scheduler.end_all()
