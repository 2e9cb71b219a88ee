"""When an episode counts as a success: by the operator's rule, the environment's own, or a known one."""

from typing import Any, Final

import numpy as np

from environments.plan import CreationPlan
from environments.well_known import success_of

OWN_FIELDS: Final = ("is_success", "success")
THRESHOLD: Final = "reward_threshold"
TERMINATED: Final = "terminated"
POSITIVE: Final = "positive_reward"


def rule_of(plan: CreationPlan, threshold: float | None, info: Any) -> str | None:
    """Returns the name of the rule, given the `info` seen so far; None if there is none."""
    own = next((field for field in OWN_FIELDS if isinstance(info, dict) and field in info), None)
    known = own or success_of(plan.described.id)
    return known or (THRESHOLD if threshold is not None else None)


def succeeded(
    rule: str | None, info: Any, reward: float, total: float, terminated: bool, threshold: float | None
) -> bool | None:
    """Returns whether an episode that has just ended was a success; None if that is unknown."""
    if rule is None:
        return None
    if rule == TERMINATED:
        return terminated
    if rule == POSITIVE:
        return reward > 0
    if rule == THRESHOLD:
        return threshold is not None and total >= threshold
    value = info.get(rule) if isinstance(info, dict) else None
    return bool(value) if isinstance(value, bool | int | float | np.bool_ | np.integer | np.floating) else None
