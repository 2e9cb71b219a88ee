"""`make run TENSORBOARD_DIRS=…`: a folder of CleanRL's event files is listed, read correctly, and goes on growing."""

import json
import signal
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tensorboard.compat.proto.event_pb2 import Event

from services.processes.specs import SAMPLES
from settings.settings import Settings
from tests.launcher.conftest import Start, free_port, json_of, wait_until
from tests.tensorboard_import.event_folders import append_events, scalar, write_events

GOLDEN = Path(__file__).parents[1] / "tools" / "golden" / "cleanrl-ppo.json"
FOLDER = "CartPole-v1__ppo__1__1700000000"


def _recorded() -> Iterator[Event]:
    """Returns the scalars of a run that CleanRL made."""
    for tag, points in json.loads(GOLDEN.read_text())["metrics"].items():
        yield from (scalar(tag, int(step), value, 1.7e9 + step) for step, value in points)


def test_a_folder_of_cleanrl_is_imported_and_kept_up_to_date(start: Start, mlflow_address: str, tmp_path: Path) -> None:
    path = write_events(tmp_path / FOLDER / "events.out.tfevents.1700000000.host", _recorded())
    experiment = f"cleanrl-{uuid.uuid4().hex[:8]}"
    launch = start(
        TENSORBOARD_DIRS=f"{experiment}={tmp_path}",
        MLFLOW_TRACKING_URI=mlflow_address,
        GPU_MONITOR_URLS=f"trainer=http://127.0.0.1:{free_port()}",
        INFERENCE_WS_URL=f"ws://127.0.0.1:{free_port()}/ws/inference",
        SCHEDULER_URL=f"http://127.0.0.1:{free_port()}",
        REFRESH_SECONDS="5",
    )
    launch.wait_until_ready()

    def listed() -> list[dict[str, Any]]:
        address = f"http://127.0.0.1:{launch.port}/api/runs?experiment={experiment}"
        return json_of(address) or []

    def length() -> float | None:
        return next((run["episode_length"] for run in listed()), None)

    wait_until(lambda: length() is not None, launch.output)
    [run] = listed()
    assert (run["name"], run["experiment"], run["is_sample"]) == (FOLDER, experiment, False)
    assert (run["algorithm"], run["environment"], run["seed"]) == ("ppo", "CartPole-v1", 1)
    assert run["keys"]["final_reward"] == "charts/episodic_return"
    append_events(path, [scalar("charts/episodic_length", 10**6, 321, 1.8e9)])
    wait_until(lambda: length() == 321, launch.output)
    assert launch.end(signal.SIGTERM) == 0
    launch.wait_until_gone()


def test_sample_data_is_not_created_next_to_imported_runs() -> None:
    ours = Settings(tensorboard_dirs="a=/data", _env_file=None)  # type: ignore[call-arg, arg-type]
    assert not SAMPLES.is_wanted(ours)
    assert SAMPLES.is_wanted(Settings(_env_file=None))  # type: ignore[call-arg]
