"""Environments that do what none may: registered when this module is imported, one for each misdeed."""

import os
import socket
import sys
import time
from typing import Any, ClassVar

import gymnasium
import numpy as np
from gymnasium import spaces


class Hostile(gymnasium.Env):
    """Behaves well until it is stepped, or as `deed` states."""

    metadata: ClassVar[dict[str, Any]] = {"render_modes": ["rgb_array"], "render_fps": 30}

    def __init__(self, deed: str = "nothing", when: str = "step", render_mode: str | None = None) -> None:
        self.render_mode = render_mode
        self.deed = deed
        self.when = when
        self.observation_space = spaces.Box(-1, 1, (2,), np.float32)
        self.action_space = spaces.Discrete(2)
        if when == "make":
            self.misbehave()

    def misbehave(self) -> Any:
        return getattr(self, self.deed)()

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        super().reset(seed=seed)
        if self.when == "reset":
            return self.misbehave()
        return np.zeros(2, np.float32), {"is_success": False}

    def step(self, action: Any) -> Any:
        if self.when == "step":
            return self.misbehave()
        return self.nothing()

    def nothing(self) -> Any:
        return np.zeros(2, np.float32), 1.0, False, False, {}

    def render(self) -> Any:
        if self.when == "render":
            return self.misbehave()
        return np.zeros((40, 60, 3), np.uint8)

    def hangs(self) -> Any:
        time.sleep(1000)

    def computes_for_ever(self) -> Any:
        while True:
            pass

    def raises(self) -> Any:
        raise ValueError("the arm fell off")

    def leaves(self) -> Any:
        sys.exit(3)

    def crashes(self) -> Any:
        os.abort()

    def dies(self) -> Any:
        os._exit(7)

    def forks(self) -> Any:
        os.fork()
        return self.nothing()

    def starts_a_program(self) -> Any:
        os.system("sleep 1000 &")
        return self.nothing()

    def connects(self) -> Any:
        socket.create_connection(("127.0.0.1", 1), timeout=1)

    def prints(self) -> Any:
        line = "x" * 10**6
        for _ in range(100):
            sys.stdout.write(line)
            os.write(1, line.encode())
        return self.nothing()

    def takes_memory(self) -> Any:
        return np.zeros(2**31)

    def gives_nan(self) -> Any:
        return np.full(2, np.nan, np.float32), 1.0, False, False, {}

    def pays_nan(self) -> Any:
        return np.zeros(2, np.float32), float("nan"), False, False, {}

    def gives_other_shape(self) -> Any:
        return np.zeros(3, np.float32), 1.0, False, False, {}

    def gives_four(self) -> Any:
        return np.zeros(2, np.float32), 1.0, False, {}

    def starts_with_one(self) -> Any:
        return np.zeros(2, np.float32)

    def draws_hugely(self) -> Any:
        return np.zeros((10_000, 10_000, 3), np.uint8)

    def draws_floats(self) -> Any:
        return np.zeros((10, 10, 3), np.float64)

    def draws_noise(self) -> Any:
        return np.random.default_rng(0).integers(0, 256, (600, 800, 3), np.uint8)

    def reads_the_environment(self) -> Any:
        raise ValueError(" ".join(sorted(os.environ)))


class ForDisplaysOnly(Hostile):
    """Draws on a display only, as old robots do."""

    metadata: ClassVar[dict[str, Any]] = {"render_modes": ["human"], "render_fps": 50}


class Composite(gymnasium.Env):
    """Has spaces of all kinds, an episode of three steps, and success when the last action was the greatest."""

    metadata: ClassVar[dict[str, Any]] = {"render_modes": []}

    def __init__(self, wind: float = 0.0) -> None:
        self.wind = wind
        self.observation_space = spaces.Dict(
            {
                "arm": spaces.Dict({"joints": spaces.Box(-np.inf, np.inf, (2,), np.float64)}),
                "goal": spaces.Discrete(3, start=5),
                "keys": spaces.MultiBinary(2),
                "words": spaces.Text(10),
            }
        )
        self.action_space = spaces.MultiDiscrete([2, 4])

    def _observation(self) -> Any:
        arm = {"joints": np.array([self.steps, self.wind])}
        return {"arm": arm, "goal": 6, "keys": np.array([1, 0], np.int8), "words": "go"}

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        super().reset(seed=seed)
        self.steps = 0
        return self._observation(), {}

    def step(self, action: Any) -> Any:
        self.steps += 1
        done = self.steps == 3
        return self._observation(), 0.5, done, False, {"reached": bool(action[1] == 3)} if done else {}


gymnasium.register("Hostile-v0", Hostile)
gymnasium.register("ForDisplaysOnly-v0", ForDisplaysOnly)
gymnasium.register("Composite-v0", "hostile_environments:Composite")
