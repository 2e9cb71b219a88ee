"""The JSON of the trash for its page."""

from datetime import datetime
from typing import Any

from components.links import run_href
from components.permissions import refusal_of
from components.texts import words
from components.texts.translate import translate
from domain.access.rules import Access
from domain.messages import Reason
from domain.run_changes.trash import Trash, TrashedRun


def trash_rows(trash: Trash | None, as_of: datetime | None, failure: Reason | None) -> dict[str, Any]:
    """Returns the rows (None if nothing is known yet), when they were read, the failure since, and any refusal to
    restore.
    """
    refused = refusal_of(Access.WRITE)
    return {
        "runs": None if trash is None else [_row(run) for run in trash.runs],
        "is_cut": trash is not None and trash.is_cut,
        "as_of_ms": words.unix_ms(as_of),
        "failure": None if failure is None else translate(failure),
        "refused": None if refused is None else translate(refused),
    }


def _row(run: TrashedRun) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "name": run.name or run.run_id[:8],
        "href": run_href(run.run_id),
        "experiment": run.experiment,
        "deleted_ms": words.unix_ms(run.deleted_at),
        "by": run.deleted_by or words.MISSING,
        "parent": run.parent_id,
        "models": ", ".join(run.models),
        "is_purged": run.is_purged,
    }
