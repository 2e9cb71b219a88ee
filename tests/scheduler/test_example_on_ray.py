"""The shipped example trainer on a real cluster: one training runs while another waits there, and is stopped."""

import os
import sys
from pathlib import Path

import pytest
import requests

from tests.scheduler import real_ray
from tests.scheduler.conftest import Start
from tests.scheduler.service import OVER, Service
from tests.tracking import Tracking

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "trainings.toml"


@pytest.mark.thorough
@pytest.mark.skipif(not real_ray.RAY.exists(), reason=real_ray.WHY_NOT)
def test_the_example_trains_waits_and_is_stopped_on_a_real_cluster(
    start: Start, tracking: Tracking, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("stable_baselines3")
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")  # its "python", also on the node
    cluster = real_ray.RealRay(cpus=1)
    try:
        service = start(RAY_JOBS_URL=cluster.address, TRAININGS_FILE=str(EXAMPLE))
        short = service.start(trainer="cartpole", timesteps=2048)
        service.until(short, "training", seconds=60)
        long = service.start(trainer="cartpole", timesteps=1_000_000)
        service.wait_for(lambda _health: code_of(service, long) == "queued-by-cluster")
        assert service.until(short, *OVER, seconds=120)["state"] == "done"
        assert metrics_of(tracking, short)["time/total_timesteps"] == 2048
        service.written(long, "ep_rew_mean", seconds=120)
        service.post("stop", run_id=long)
        assert service.until(long, *OVER, seconds=70)["state"] == "killed"
    finally:
        cluster.kill()


def code_of(service: Service, run_id: str) -> str:
    return str((service.training(run_id)["reason"] or {}).get("code"))


def metrics_of(tracking: Tracking, run_id: str) -> dict[str, float]:
    answer = requests.get(f"{tracking.address}/api/2.0/mlflow/runs/get", params={"run_id": run_id}, timeout=10)
    return {one["key"]: one["value"] for one in answer.json()["run"]["data"]["metrics"]}
