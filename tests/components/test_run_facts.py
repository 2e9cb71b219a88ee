"""What the page of a run says of it: each value with the name under which its tool logged it."""

from typing import Any

from components.runs import run_detail
from domain.tracking.runs import LatestMetric, Run, RunStatus
from domain.tracking.vocabulary import DEFAULT


def facts_of(params: dict[str, str], metrics: dict[str, float]) -> dict[str, str]:
    """The names and values of a run that logged this."""
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
    _title, listed = run_detail.facts(run, None, DEFAULT)
    pairs = [pair.children for pair in listed.children]
    return {name.children: said(value.children) for name, value in pairs}


def said(component: Any) -> str:
    """All text of a component, in order."""
    if isinstance(component, list):
        return "".join(map(said, component))
    return said(component.children) if hasattr(component, "children") else str(component or "")


def test_values_name_what_they_were_logged_as() -> None:
    facts = facts_of({"exp_name": "ppo"}, {"charts/episodic_return": 212.5, "rollout/success_rate": 0.75})
    assert facts["Algorithm"] == "ppo exp_name"
    assert facts["Final reward"] == "212.5 charts/episodic_return"
    assert facts["Final success rate"] == "75.0 % rollout/success_rate"


def test_a_name_is_not_said_twice_and_what_is_not_known_has_none() -> None:
    facts = facts_of({"seed": "7"}, {})
    assert facts["Seed"] == "7"
    assert facts["Final reward"] == "–"
