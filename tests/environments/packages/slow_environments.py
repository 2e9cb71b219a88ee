"""CartPole, except that one of its calls takes long."""

import time
from typing import Any

from gymnasium.envs.classic_control import CartPoleEnv


class SlowCartPole(CartPoleEnv):
    """Sleeps for `seconds` in a call of the kind `slow`, once there were `before` of that kind."""

    def __init__(self, slow: str, seconds: float, before: int = 0, render_mode: str | None = None) -> None:
        self.slow = slow
        self.seconds = seconds
        self.before = before
        self.sleep_in("make")
        super().__init__(render_mode=render_mode)

    def sleep_in(self, call: str) -> None:
        if call == self.slow:
            if self.before == 0:
                time.sleep(self.seconds)
            self.before -= 1

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        self.sleep_in("reset")
        return super().reset(seed=seed, options=options)

    def step(self, action: Any) -> Any:
        self.sleep_in("step")
        return super().step(action)

    def render(self) -> Any:
        self.sleep_in("render")
        return super().render()
