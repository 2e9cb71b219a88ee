"""Runs as rows of the list, made one by one from their summaries, to compare the columns of the whole table with."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from components.run_rows.list_columns import REMARKS
from components.runs.nested import nesting_texts
from components.texts import outcomes, words
from components.texts.language import _
from domain.run_facts.run_summary import RunSummary
from domain.tracking.runs import RunStatus

_COLUMN_OF = {"success_rate": "success_percent"}


class RowTexts(NamedTuple):
    """Holds the texts of rows in the reader's language: looked up once, not for each of 5,000."""

    status: dict[RunStatus, str]
    sample: str
    diverged: str
    out_of_range: str

    @classmethod
    def now(cls) -> "RowTexts":
        """Returns the texts in the language of this request."""
        return cls({status: words.status_name(status) for status in RunStatus}, _("sample"), *outcomes.no_value())


def row(run: RunSummary, texts: RowTexts, nested: str | None = None) -> dict[str, Any]:
    """Returns a run as a row: `id` is the run's, numbers are numbers, missing numbers and times are None,
    `started_ms` Unix ms.

    `nested` has its parent, and the number of its children. `keys` has by column the tool's name of the value, for
    the tooltip, and `no_value` by column why there is none. assets/run_list.js adds what only the browser knows:
    the time in the reader's zone, and the link.
    """
    return {
        "id": run.run_id,
        "name": run.name or words.MISSING,
        "run_id": run.run_id,
        "experiment": run.experiment,
        "algorithm": run.algorithm or words.MISSING,
        "environment": run.environment or words.MISSING,
        "seed": run.seed,
        "started_ms": words.unix_ms(run.started_at),
        "success_percent": None if run.success_rate is None else run.success_rate * 100,
        "episodes": run.episodes,
        "status": texts.status[run.status],
        "state": run.status,
        "final_reward": run.final_reward,
        "final_loss": run.final_loss,
        "episode_length": run.episode_length,
        "duration_minutes": None if run.duration_seconds is None else run.duration_seconds / 60,
        REMARKS: outcomes.remarks(run.diverged, run.out_of_range) or words.MISSING,
        "sample": texts.sample if run.is_sample else words.MISSING,
        "is_sample": run.is_sample,
        "nested": nested or words.MISSING,
        "parent_id": run.parent_id,
        "keys": {_COLUMN_OF.get(field, field): key for field, key in run.keys.items()},
        "no_value": _no_value(run, texts),
    }


def _no_value(run: RunSummary, texts: RowTexts) -> dict[str, str] | None:
    """Returns by column why it has no number though something was logged; None, as for most, if there is no reason
    to give."""
    found = dict.fromkeys(run.diverged, texts.diverged) | dict.fromkeys(run.out_of_range, texts.out_of_range)
    if not found:
        return None
    fields = [field for field in run.keys if getattr(run, field) is None and run.keys[field] in found]
    return {_COLUMN_OF.get(field, field): found[run.keys[field]] for field in fields}


def rows(runs: Iterable[RunSummary]) -> list[dict[str, Any]]:
    """Returns all rows, the newest run first; those without a start time last."""
    texts = RowTexts.now()
    ordered = sorted(runs, key=lambda r: (r.started_at is not None, r.started_at), reverse=True)
    nested = nesting_texts(ordered)
    return [row(run, texts, nested.get(run.run_id)) for run in ordered]
