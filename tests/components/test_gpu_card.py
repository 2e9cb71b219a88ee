"""A GPU as a card: what is known in numbers with their limits, what is not as a dash, and never as 0."""

from typing import Any

import pytest

from components.gpus import gpus
from components.gpus.gpu_card import gpu_card
from components.gpus.gpus import training_runs
from components.inference import inference
from domain.gpus import Gpu, GpuState
from domain.tracking.runs import Run, RunStatus

FULL = Gpu(
    gpu_id=3,
    name="H200",
    timestamp=1,
    utilization=87.4,
    memory_used=71_680,
    memory_total=143_360,
    temperature=64,
    temperature_limit=80,
    power=350,
    power_limit=700,
    sm_clock=1980,
    throttle_reasons=["power cap"],
    nvlink_rx=2048,
    nvlink_tx=10_240,
)


def said(component: Any) -> str:
    """All text of a component, in order."""
    if isinstance(component, list | tuple):
        return " ".join(filter(None, map(said, component)))
    if hasattr(component, "children"):
        return said(component.children)
    return "" if component is None else str(component)


def widths(card: Any) -> list[str]:
    return [one.style["width"] for one in card._traverse() if getattr(one, "className", "") == "progress-bar"]


def test_a_card_says_each_number_with_its_unit_and_limit() -> None:
    card = gpu_card(FULL)
    for text in (
        "3 · H200",
        "87 %",
        "70.0 / 140.0 GiB",
        "64 / 80 °C",
        "350 / 700 W",
        "1980 MHz",
        "power cap",
        "2 / 10 MiB/s",
    ):
        assert text in said(card).replace("3 ·  H200", "3 · H200")
    assert widths(card) == ["87.4%", "50.0%", "80.0%", "50.0%"]
    assert "recording" not in said(card)
    assert "recording" in said(gpu_card(FULL, recording=True))


def test_what_is_not_known_is_a_dash_and_an_empty_bar() -> None:
    card = gpu_card(Gpu(gpu_id=0, timestamp=1))
    assert " 0 %" not in said(card)
    assert "– / – GiB" in said(card)
    assert widths(card) == ["0.0%"] * 4


def test_a_gpu_in_trouble_says_what_and_what_to_do() -> None:
    lost = Gpu(gpu_id=1, timestamp=1, state=GpuState.LOST, error="It fell off the bus.", remedy="Reboot the host.")
    assert all(text in said(gpu_card(lost)) for text in ("GPU lost", "It fell off the bus.", "Reboot the host."))


@pytest.mark.parametrize("schema", [gpus.schema(), inference.schema()], ids=["gpus", "inference"])
def test_the_browser_checks_by_the_same_type(schema: Any) -> None:
    """What assets/schema.js knows of JSON Schema is all that the types use."""
    known = {"$ref", "$defs", "anyOf", "enum", "const", "type", "minimum", "maximum", "exclusiveMinimum"}
    known |= {"minItems", "maxItems", "maxLength", "prefixItems"}
    known |= {"items", "required", "properties", "additionalProperties", "title", "description", "default"}

    def words(part: Any) -> set[str]:
        if isinstance(part, list):
            return set().union(*map(words, part))
        if not isinstance(part, dict):
            return set()
        inner = [*part.get("properties", {}).values(), *part.get("$defs", {}).values()]
        inner += [part[key] for key in ("items", "prefixItems", "anyOf", "additionalProperties") if key in part]
        return set(part) | set().union(*map(words, inner))

    assert words(schema) <= known


def test_only_a_run_that_trains_and_says_where_is_looked_for_among_the_processes() -> None:
    tags = {"clew.pid": "4711", "clew.boot_id": "b", "clew.start_ticks": "99", "mlflow.user": "ann"}

    def run(status: RunStatus, tags: dict[str, str]) -> Run:
        return Run(
            run_id="a" * 32, name="ppo", experiment_id="1", experiment="maze", status=status, started_at=None,
            ended_at=None, params={}, metrics={}, tags=tags,
        )  # fmt: skip

    runs = [run(RunStatus.RUNNING, tags), run(RunStatus.FINISHED, tags), run(RunStatus.RUNNING, {})]
    (found,) = training_runs(runs)
    assert (found["pid"], found["boot_id"], found["start_ticks"], found["user"]) == ("4711", "b", "99", "ann")
