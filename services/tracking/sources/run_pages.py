"""Reads all runs of a search in pages that MLflow can handle, newest first, without gaps."""

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from domain.errors import ServiceUnavailable
from mlflow_api.client import MlflowApi, RunAnswer
from mlflow_api.page_tokens import offset_in, token_at
from services.tracking.sources.pace import PaceFile

PAGE_PATIENCE_SECONDS: Final = 60.0
# Pages overlap by one in this many runs, because a deletion in between moves the following runs up.
_OVERLAP: Final = 50
# If more were deleted than that, the overlap is multiplied by this.
_BACK: Final = 4
_HALVINGS: Final = 3


class RunPages:
    """Searches the runs of one MLflow, a page at a time; `seconds` is its total time for them."""

    def __init__(self, mlflow: MlflowApi, pace: PaceFile, patience_seconds: float = PAGE_PATIENCE_SECONDS) -> None:
        self._mlflow = mlflow
        self._pace = pace
        self._patience_seconds = patience_seconds
        self.seconds = 0.0
        self.is_counted = False
        """Whether the page tokens of this MLflow contain an offset."""

    def search(self, experiment_ids: Sequence[str], where: str = "") -> Iterator[list[Any]]:
        """Yields the rows of each page, as MLflow returns them, without duplicates; raises a `ServiceError`.

        A page begins with runs of the previous one. If it does not, runs were deleted meanwhile, and the ones that
        moved before its beginning are read.
        """
        if not experiment_ids:
            return
        seen: set[str] = set()
        token, back, last = "", 0, 0
        while True:
            requested = self._pace.now().runs_after(last)
            back = max(back, min(max(1, requested // _OVERLAP), last - 1))
            from_token = _moved_back(token, back)
            answer = self._page(experiment_ids, where, requested, from_token)
            is_joined = from_token in ("", token) or _joins(answer.rows, seen)
            yield [row for row in answer.rows if _run_id(row) not in seen]
            seen.update(filter(None, map(_run_id, answer.rows)))
            last = len(answer.rows)
            if not is_joined:
                back *= _BACK
            elif answer.next_token:
                token, back = answer.next_token, 0
            else:
                return
            self.is_counted = offset_in(token) is not None

    def about(self, experiment_ids: Sequence[str], at_least: int) -> int:
        """Returns the number of runs to about an eighth: MLflow has no count, but an offset beyond the end returns no
        rows.
        """
        low, high = at_least, at_least
        while self._has(experiment_ids, high):
            low, high = high, 2 * high
        for _halving in range(_HALVINGS):
            middle = (low + high) // 2
            low, high = (middle, high) if self._has(experiment_ids, middle) else (low, middle)
        return (low + high) // 2

    def _has(self, experiment_ids: Sequence[str], offset: int) -> bool:
        return bool(self._page(experiment_ids, "", 1, token_at(offset)).rows)

    def _page(self, experiment_ids: Sequence[str], where: str, runs: int, token: str) -> RunAnswer:
        self._pace.wait()
        self._pace.keep(self._pace.now().requested(runs, self._patience_seconds, datetime.now(UTC)))
        began = time.monotonic()
        mlflow = self._mlflow.within(self._patience_seconds, each_seconds=self._patience_seconds)
        try:
            answer = mlflow.runs_page(experiment_ids, where, runs, token)
        except ServiceUnavailable as error:
            self._pace.record_failure(error, runs, time.monotonic() - began)
            raise
        finally:
            self.seconds += time.monotonic() - began
        pace = self._pace.now().answered(runs, len(answer.rows), answer.seconds, answer.size_bytes)
        self._pace.keep(pace)
        return answer


def _moved_back(token: str, runs: int) -> str:
    """Returns the token of a page that begins `runs` earlier; the same one if that is not possible."""
    offset = offset_in(token)
    return token if offset is None or runs <= 0 else token_at(offset - runs)


def _joins(rows: Sequence[Any], seen: set[str]) -> bool:
    """Returns whether a page begins with a known run; runs without an id are skipped."""
    first = next(filter(None, map(_run_id, rows)), None)
    return first in seen


def _run_id(row: Any) -> str | None:
    info = row.get("info") if isinstance(row, dict) else None
    run_id = info.get("run_id") if isinstance(info, dict) else None
    return run_id if isinstance(run_id, str) else None
