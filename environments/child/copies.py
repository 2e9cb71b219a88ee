"""One copy of an environment: the state of its episode, and the validation of its answers."""

import math
from typing import Any, Final

from domain.errors.environments.playing import AReward, GaveNoNumber, OutcomeMisfit
from environments import wire
from environments.child.spaces_of import ObservationReader
from environments.child.success import OWN_FIELDS, succeeded
from environments.child.trouble import FAILED, Trouble

_START: Final = "(observation, info)"
_OUTCOME: Final = "(observation, reward, terminated, truncated, info)"


class EnvironmentCopy:
    """One copy of the environment, and the state of its episode."""

    def __init__(self, env: Any, reader: ObservationReader, rule: str | None) -> None:
        self.env = env
        self._reader = reader
        self._rule = rule
        self._total = 0.0

    def reset(self, seed: int | None) -> Any:
        """Starts an episode; returns the parts of the observation."""
        self._total = 0.0
        answer = self.env.reset(seed=seed)
        return self._reader.parts(pair(answer)[0], "reset")

    def step(self, action: Any) -> tuple[float, int, Any]:
        """Makes one step; returns the reward, the flags and the parts of the observation."""
        answer = self.env.step(action)
        if not isinstance(answer, tuple) or len(answer) != 5:
            raise Trouble(FAILED, OutcomeMisfit("step", _shown(answer), _OUTCOME))
        observation, reward, terminated, truncated, info = answer
        reward_value = _number(reward)
        self._total += reward_value
        flags = (wire.TERMINATED if terminated else 0) | (wire.TRUNCATED if truncated else 0)
        if flags:
            flags |= self._verdict(info, reward_value, bool(terminated))
        return reward_value, flags, self._reader.parts(observation, "step")

    def _verdict(self, info: Any, reward_value: float, terminated: bool) -> int:
        own = next((field for field in OWN_FIELDS if isinstance(info, dict) and field in info), None)
        threshold = self.env.spec.reward_threshold
        verdict = succeeded(self._rule or own, info, reward_value, self._total, terminated, threshold)
        return 0 if verdict is None else wire.REPORTS_SUCCESS | (wire.SUCCESS if verdict else 0)


def pair(answer: Any) -> tuple[Any, Any]:
    """Returns the pair that `reset` returned; raises Trouble for anything else."""
    if not isinstance(answer, tuple) or len(answer) != 2 or not isinstance(answer[1], dict):
        raise Trouble(FAILED, OutcomeMisfit("reset", _shown(answer), _START))
    return answer


def info_after(answer: Any) -> dict[str, Any]:
    """Returns the info of a step, if it has any."""
    info = answer[4] if isinstance(answer, tuple) and len(answer) == 5 else None
    return info if isinstance(info, dict) else {}


def _number(reward: Any) -> float:
    try:
        reward_value = float(reward)
    except (TypeError, ValueError) as error:
        raise Trouble(FAILED, OutcomeMisfit("step", _shown(reward), "float")) from error
    if not math.isfinite(reward_value):
        raise Trouble(FAILED, GaveNoNumber("step", AReward()))
    return reward_value


def _shown(value: Any) -> str:
    size = f" [{len(value)}]" if isinstance(value, tuple | list) else ""
    return f"{type(value).__name__}{size}"
