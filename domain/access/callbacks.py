"""Every callback of the dashboard that runs on the server, and what it does: a person on a page triggers it."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.access.rules import Access

READ, WRITE, WORK = Access.READ, Access.WRITE, Access.WORK

CALLBACKS: Final[Mapping[str, Access]] = MappingProxyType(
    {
        "_pages_content.children": READ,
        "front-attention-body.children": READ,
        "alerts-body.children": READ,
        "alerts-mute-outcome.children": WRITE,
        "front-runs-body.children": READ,
        "front-best-body.children": READ,
        "front-model-body.children": READ,
        "front-health-body.children": READ,
        "runs-freshness-text.children": READ,
        "runs-empty.children": READ,
        "runs-sample-dialog.is_open": READ,
        "runs-sample-outcome.children": WRITE,
        "compare-table.children": READ,
        "compare-download.data": READ,
        "compare-group-summary.children": READ,
        "compare-group-pattern-read.data": READ,
        "run-charts.hidden": READ,
        "run-tool-outcome.children": WRITE,
        "models-chosen.data": READ,
        "models-freshness.children": READ,
        "model-facts.children": READ,
        "model-policy.children": READ,
        "gpus-runs.data": READ,
        "fleet-figure.data": READ,
        "inference-model.options": READ,
        "evaluation-report.children": READ,  # except by its buttons
        "evaluation-report.children evaluation-start.n_clicks": WORK,
        "evaluation-report.children evaluation-cancel.n_clicks": WORK,
    }
)
"""What each callback on the server does, by its first output, or by its first input where it has no output.

A number in the name is written as *. An entry with an input after a space is for a call that this input triggered."""


def callback_name(output: str, first_input: str) -> str:
    """Returns the name in CALLBACKS of the callback with this output, as Dash writes it.

    Of a callback without outputs Dash gives only a hash, so it is named by its first input.
    """
    first = output.strip(".").split("...")[0]
    name = first if "." in first else first_input
    return re.sub(r"-\d+(?=\.)", "-*", name.partition("@")[0])


def is_listed(callback: str) -> bool:
    """Returns whether the table has a callback of this name."""
    return callback in CALLBACKS


def access_of_callback(name: str, triggers: list[str]) -> Access:
    """Returns what a callback does when these properties trigger it; a write where it is not listed."""
    found = [CALLBACKS.get(f"{name} {trigger}") for trigger in triggers]
    return next(filter(None, found), CALLBACKS.get(name, WRITE))
