"""What each process of Clew prints at its start, and logs, about addresses that hold a name and a password."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from inference.settings import InferenceSettings
from settings.settings import Settings
from tests.inference.conftest import _bare_environment
from tests.inference.engine import Engine
from tests.misbehaving import eventually
from tests.transport.servers import closed_port

ROOT = Path(__file__).parents[2]
LAUNCHER, PURGE, ENGINE = "services.processes.launcher", "services.registry.purge", "inference"
PIECES = ("qzxjq", "zqxxj", "zjjqq")
CONFIG = ROOT / "docs" / "deploy" / "gunicorn.conf.py"


def output_of(folder: Path, command: list[str], **settings: str) -> tuple[int, str]:
    """Returns the exit status of a process under these settings, and all its output."""
    environment = _bare_environment() | {"PYTHONPATH": str(ROOT), "STATE_DIR": str(folder)} | settings
    done = subprocess.run(
        [sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("command", "name", "value"),
    [
        (["-m", LAUNCHER], "GPU_MONITOR_URLS", "a=http://qzxjq:zqxxj@zjjqq@host:port"),
        (["-m", LAUNCHER], "GPU_MONITOR_URLS", "a=http://qzxjq:zqxxj,zjjqq@host"),
        (["-m", LAUNCHER], "MLFLOW_TRACKING_URI", "qzxjq:zqxxj zjjqq@host"),
        (["-m", LAUNCHER], "MLFLOW_BACKEND_STORE_URI", "postgresql://qzxjq:zqxxj/zjjqq@host:port/mlflow"),
        (["-m", PURGE], "MODEL_SERVER_URL", "http://qzxjq:zqxxj/zjjqq@host"),
        (["-m", ENGINE], "CLEW_URL", "http://qzxjq:1/zjjqq@host"),
        (["-m", ENGINE], "ALLOWED_ORIGINS", "https://qzxjq:zqxxj@host"),
        (
            ["-m", "gunicorn", "--config", str(CONFIG), "--check-config", "app:server"],
            "MLFLOW_URL",
            "http//qzxjq:zqxxj@h",
        ),
    ],
    ids=lambda one: str(one)[:40],
)
def test_a_wrong_address_stops_the_start_and_is_not_printed(
    tmp_path: Path, command: list[str], name: str, value: str
) -> None:
    status, text = output_of(tmp_path, command, **{name: value})
    assert status in (1, 2), text
    assert f"Setting {name}=***" in text
    assert "Traceback" not in text
    assert [piece for piece in PIECES if piece in text] == []


def test_the_purge_names_the_failed_service_and_nothing_else(tmp_path: Path) -> None:
    status, text = output_of(
        tmp_path,
        ["-m", PURGE],
        MLFLOW_TRACKING_URI=f"http://qzxjq:zqxxj@127.0.0.1:{closed_port()}",
        HTTP_PROXY="qzxjq:zqx/zjjqq@proxy:80",
    )
    assert (status, text) == (1, "MLflow: refused the connection\n")


def test_the_engines_log_and_viewers_get_the_address_without_the_user(tmp_path: Path) -> None:
    proxy = f"http://qzxjq:zqxxj@127.0.0.1:{closed_port()}"
    ours = {*InferenceSettings.model_fields, *Settings.model_fields}
    environment = {name: value for name, value in os.environ.items() if name.lower() not in ours}
    clew_url = "http://qzxjq:zjjqq@clew.example:8050"
    engine = Engine(tmp_path, environment | {"HTTP_PROXY": proxy}, clew_url, {"LOG_LEVEL": "DEBUG"})
    with engine.view() as viewer:
        trouble = str(viewer.reset())
    engine.call("POST", "/evaluations/1")
    # It keeps trying, as its Clew may only be starting, and reports what it waits for.
    eventually(lambda: "127.0.0.1" in str(engine.call("GET", "/evaluations/1")))
    shown = trouble + str(engine.call("GET", "/evaluations/1"))
    engine.end()
    assert "127.0.0.1" in shown  # the proxy's own address, as it is what failed
    assert [piece for piece in PIECES if piece in shown + engine.log()] == []
