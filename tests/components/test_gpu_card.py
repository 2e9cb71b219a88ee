"""A GPU's card before its first sample; which messages are valid; which run a process may belong to."""

import json
from typing import Any

import pytest

from components.gpus import gpus
from components.gpus.gpu_card import as_json, gpu_card
from components.gpus.gpus import training_runs
from components.inference import inference
from domain.tracking.runs import Run, RunStatus


def test_a_card_before_its_first_sample_is_empty() -> None:
    card = gpu_card()
    values = [one.children for one in card._traverse() if getattr(one, "className", "") == "gpu-value"]
    assert values == ["–"] * 4
    bars = [one.style["width"] for one in card._traverse() if getattr(one, "className", "") == "progress-bar"]
    assert bars == ["0%"] * 4


def test_the_gpu_card_is_sent_as_json() -> None:
    """What the browser builds consists of JSON values only."""
    text = json.dumps(as_json())
    for part in ("utilization", "memory-text", "owner-text", "misfits-text", "trouble"):
        assert f'"data-part": "{part}"' in text


@pytest.mark.parametrize(
    "schema",
    [gpus.schema(), inference.schema()["maze"], inference.schema()["others"]],
    ids=["gpus", "maze", "others"],
)
def test_message_schemas_use_only_keywords_that_the_browser_implements(schema: Any) -> None:
    """assets/schema.js implements exactly the part of JSON Schema that the types use."""
    known = {"$ref", "$defs", "anyOf", "enum", "const", "type", "minimum", "maximum", "exclusiveMinimum"}
    known |= {"minItems", "maxItems", "maxLength", "maxProperties", "prefixItems"}
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


def test_only_running_runs_with_a_known_process_are_matched_to_gpu_processes() -> None:
    tags = {"clew.pid": "4711", "clew.boot_id": "b", "clew.start_ticks": "99", "mlflow.user": "ann"}

    def run(status: RunStatus, tags: dict[str, str]) -> Run:
        return Run(
            run_id="a" * 32, name="ppo", experiment_id="1", experiment="maze", status=status, started_at=None,
            ended_at=None, params={}, metrics={}, tags=tags,
        )  # fmt: skip

    runs = [run(RunStatus.RUNNING, tags), run(RunStatus.FINISHED, tags), run(RunStatus.RUNNING, {})]
    (found,) = training_runs(runs)
    assert (found["pid"], found["boot_id"], found["start_ticks"], found["user"]) == ("4711", "b", "99", "ann")
