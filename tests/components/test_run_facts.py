"""The facts on the page of a run: each value with the name under which its tool logged it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from components.charts.known import KnownHistories
from components.runs import run_detail
from components.runs.run_detail import RunContext
from domain.tracking.history import History
from domain.tracking.nesting import Family
from domain.tracking.runs import LatestMetric, Run, RunStatus
from domain.tracking.vocabulary import DEFAULT

NO_FAMILY = Family(None, None, [])


def facts_of(
    params: dict[str, str], metrics: dict[str, float], histories: Mapping[tuple[str, str], History] | None = None
) -> dict[str, str]:
    """Returns the names and values of a run that logged this."""
    run = Run.model_validate(
        {
            "run_id": "a" * 32,
            "name": "ppo-1",
            "experiment_id": "1",
            "experiment": "maze",
            "status": RunStatus.RUNNING,
            "started_at": None,
            "ended_at": None,
            "params": params,
            "metrics": {key: LatestMetric(value=value, step=40, timestamp=0) for key, value in metrics.items()},
            "tags": {},
        }
    )
    _title, listed = run_detail.facts(
        run, None, DEFAULT, RunContext(KnownHistories(histories or {}, DEFAULT), NO_FAMILY)
    )
    pairs = [pair.children for pair in listed.children]
    return {name.children: text_of(value.children) for name, value in pairs}


def text_of(component: Any) -> str:
    """Returns all text of a component, in order."""
    if isinstance(component, list):
        return "".join(map(text_of, component))
    return text_of(component.children) if hasattr(component, "children") else str(component or "")


def test_facts_name_the_key_under_which_they_were_logged() -> None:
    facts = facts_of({"exp_name": "ppo"}, {"charts/episodic_return": 212.5, "rollout/success_rate": 0.75})
    assert facts["Algorithm"] == "ppo exp_name"
    assert facts["Final reward"] == "212.5 charts/episodic_return"
    assert facts["Final success rate"] == "75.0 % rollout/success_rate"


def test_a_fact_does_not_repeat_a_key_equal_to_its_label() -> None:
    facts = facts_of({"seed": "7"}, {})
    assert facts["Seed"] == "7"
    assert facts["Final reward"] == "–"


NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("key", "fact"),
    [
        ("rollout/success_rate", "Final success rate"),
        ("episode_reward", "Final reward"),
        ("train/loss", "Final loss"),
        ("rollout/ep_len_mean", "Final episode length"),
    ],
)
@pytest.mark.parametrize(("value", "named"), [(NAN, "NaN"), (INF, "inf"), (-INF, "−inf")])
def test_a_divergence_has_its_exact_step_once_the_history_is_known(
    key: str, fact: str, value: float, named: str
) -> None:
    logged = "" if key == fact else f" {key}"
    assert facts_of({}, {key: value})[fact] == f"diverged ({named} at step 40){logged}"
    steps = np.arange(1, 41)
    known = History(step=steps, value=np.where(steps < 20, 0.5, value), timestamp=steps)
    assert facts_of({}, {key: value}, {("a" * 32, key): known})[fact] == f"diverged at step 20 ({named}){logged}"


def test_a_rate_in_another_unit_is_shown_as_logged() -> None:
    assert facts_of({}, {"success_rate": 87.0})["Final success rate"] == "out of range: 87"
    assert facts_of({}, {"rollout/success_rate": -1.0})["Final success rate"] == "out of range: -1 rollout/success_rate"


def test_other_metrics_that_ended_without_a_number_are_named() -> None:
    facts = facts_of({}, {"train/loss": 1.0, "train/value_loss": NAN, "custom/thing": -INF, "lr": 0.1})
    assert facts["Final loss"] == "1 train/loss"
    assert facts["Other metrics"] == (
        "custom/thing diverged (−inf at step 40)train/value_loss diverged (NaN at step 40)"
    )
    assert "Other metrics" not in facts_of({}, {"train/loss": NAN})
    many = facts_of({}, {f"custom/{n:03}": NAN for n in range(100)})["Other metrics"]
    assert many.count("diverged") == 12
    assert many.endswith("and 88 more")
