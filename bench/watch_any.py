"""What viewers of any environment get, and how fast: `python -m bench.watch_any`.

A real MLflow, a real Clew and the engine on this machine, with a linear policy of random weights for each
environment; the viewers are in this process and acknowledge frames, as the page does. "First frame" is from `reset`
until the frame was read, cold (nothing runs) and warm (the model was watched a moment ago). "Inference" is what the
engine measured, "late" is from `server_ts` until the viewer has read the message.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import ale_py
import gymnasium
import minigrid.wrappers
import numpy as np
import onnx
import psutil
from onnx import TensorProto, helper, numpy_helper
from simple_websocket import Client

from bench.clew_process import clew
from bench.inference_viewers import wait
from tests.registry import Registry
from tests.tracking import Tracking
from training.scratch_server import free_port, mlflow_server

ENVIRONMENTS: Final = (
    *("CartPole-v1", "Acrobot-v1", "LunarLander-v3"),
    *("MiniGrid-Empty-8x8-v0", "ALE/Pong-v5"),
)
_IDLE_SECONDS: Final = 60
_BALANCING: Final = ((0.0, 0.1), (0.0, 0.3), (0.0, 3.0), (0.0, 1.0))
_MIN_STEPS: Final = 30  # a second: MiniGrid's own rate is 10, Acrobot's 15


def made(env_id: str) -> gymnasium.Env[Any, Any]:
    """Returns the environment, with the wrappers that its policy needs."""
    gymnasium.register_envs(ale_py)
    env = gymnasium.make(env_id)
    return minigrid.wrappers.ImgObsWrapper(env) if env_id.startswith("MiniGrid") else env


def spec_of(env_id: str) -> str:
    """Returns its EnvSpec as JSON."""
    return str(made(env_id).spec.to_json())  # type: ignore[union-attr]


def policy_for(env_id: str) -> bytes:
    """Returns a linear policy that answers Q values, with random weights except for CartPole."""
    env = made(env_id)
    shape, actions = env.observation_space.shape or (), int(env.action_space.n)  # type: ignore[attr-defined]
    rng, width = np.random.default_rng(0), int(np.prod(shape))
    # CartPole's keeps the pole up: with one that lets it fall at once there would be only first steps.
    chosen = _BALANCING if env_id == "CartPole-v1" else rng.standard_normal((width, actions)) / width
    weights = numpy_helper.from_array(np.asarray(chosen, np.float32), "weights")
    is_bytes = env.observation_space.dtype == np.uint8
    nodes = [
        helper.make_node("Cast", ["observation"], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("Flatten", ["numbers"], ["flat"], axis=1),
        helper.make_node("MatMul", ["flat", "weights"], ["q_values"]),
    ]
    kind = TensorProto.UINT8 if is_bytes else TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "policy",
        [helper.make_tensor_value_info("observation", kind, ["batch", *shape])],
        [helper.make_tensor_value_info("q_values", TensorProto.FLOAT, ["batch", actions])],
        [weights],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


class Watcher:
    """Plays one model as a viewer and records the messages."""

    def __init__(self, port: int, model: str, seed: int) -> None:
        self.model, self.seed = model, seed
        self.frames: list[dict[str, Any]] = []
        self._socket = Client(f"ws://127.0.0.1:{port}/ws/inference")

    def reset(self) -> float:
        """Returns seconds until the first frame has arrived."""
        began = time.monotonic()
        self._print_line("reset", model=self.model, seed=self.seed, side=480)
        while not (frames := self._next()).get("frame"):
            pass
        self._pace = max(1.0, min(4.0, _MIN_STEPS / frames["environment"]["steps_per_second"]))
        return time.monotonic() - began

    def play(self, seconds: float) -> None:
        """Plays episode after episode."""
        self._print_line("start", pace=self._pace)
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            frames = self._next()
            self.frames.append(frames)
            self._print_line("seen", seen=frames["number"])
            if frames["done"]:
                self._print_line("start")

    def close(self) -> None:
        """Closes its connection."""
        self._socket.close()

    def _print_line(self, command: str, **more: object) -> None:
        self._socket.send(json.dumps({"command": command} | more))

    def _next(self) -> dict[str, Any]:
        frames: dict[str, Any] = {"waiting": True}
        while "waiting" in frames:
            frames = json.loads(self._socket.receive(timeout=60))
        assert "error" not in frames, frames
        return frames | {"received": time.time() * 1000}


def measure(port: int, models: Mapping[str, str], viewers: int, seconds: float) -> None:
    """Prints what `viewers` of those models get, each model as often as another."""
    watchers = [Watcher(port, list(models.values())[place % len(models)], place) for place in range(viewers)]
    first = [watcher.reset() for watcher in watchers]
    threads = [threading.Thread(target=watcher.play, args=(seconds,)) for watcher in watchers]
    psutil.cpu_percent()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    busy = psutil.cpu_percent()
    for watcher in watchers:
        watcher.close()
    frames = [one for watcher in watchers for one in watcher.frames]
    frames = [one for one in frames if one["frame"]]
    rates = [sum(bool(one["frame"]) for one in watcher.frames) / seconds for watcher in watchers]
    size = np.percentile([len(one["frame"]["webp"]) * 0.75 / 1000 for one in frames], [50, 100])
    latency = np.percentile([one["latency_ms"] for one in frames], [50, 95])
    late = np.percentile([one["received"] - one["server_ts"] for one in frames], [50, 95])
    print_line(
        f"| {', '.join(models)} | {viewers} | {min(rates):.1f} / {np.mean(rates):.1f} "
        f"| {size[0]:.1f} / {size[1]:.1f} kB | {latency[0]:.1f} / {latency[1]:.1f} ms "
        f"| {late[0]:.1f} / {late[1]:.1f} ms | {max(first):.2f} s | {busy:.0f} % |"
    )


def print_line(text: str) -> None:
    """Prints a line of the result."""
    print(text, flush=True)  # noqa: T201


@contextmanager
def engine(address: str) -> Iterator[tuple[int, psutil.Process]]:
    """Starts the engine; returns its port, and its process."""
    port = free_port()
    environment = os.environ | {"CLEW_URL": address, "INFERENCE_PORT": str(port)}
    process = subprocess.Popen([sys.executable, "-m", "inference"], env=environment, stderr=subprocess.DEVNULL)
    try:
        wait(port)
        yield port, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


def memory_mb(process: psutil.Process) -> float:
    """Returns the private memory of a process and all below it."""
    return sum(one.memory_full_info().uss for one in [process, *process.children(recursive=True)]) / 1e6


def main() -> None:
    """Starts everything, measures, stops everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8)
    options = parser.parse_args()
    os.environ["MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT"] = "true"
    with tempfile.TemporaryDirectory() as folder, mlflow_server(Path(folder)) as mlflow:
        registry = Registry(Tracking(mlflow), "bench")
        models = {
            name: registry.version(policy_for(name), env_id=name, env_spec=spec_of(name)) for name in ENVIRONMENTS
        }
        with clew(mlflow, free_port(), MODEL_NAME="bench") as address, engine(address) as (port, process):
            print_line(
                "| environments | viewers | frames/s least / mean | kB a frame p50 / most | inference p50 / p95 | "
                "late p50 / p95 | first frame | cores busy |"
            )
            print_line("|---|---|---|---|---|---|---|---|")
            for name, model in models.items():
                measure(port, {f"{name} (cold)": model}, 1, options.seconds)
            for name, model in models.items():
                measure(port, {f"{name} (warm)": model}, 1, 1)
            measure(port, models, 10, 2 * options.seconds)
            before = memory_mb(process)
            time.sleep(_IDLE_SECONDS)
            print_line(f"\nMemory: {before:.0f} MB when they leave, {memory_mb(process):.0f} MB a minute later.")


if __name__ == "__main__":
    main()
