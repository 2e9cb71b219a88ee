"""Rows that temporarily match no contract: once MLflow answers well again, the next refreshes restore all runs."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from mlflow_api.client import MlflowApi
from services.sharing.shared_file import cache_folder
from services.tracking.run_store import RunStore
from services.tracking.sources.mlflow_runs import MlflowRuns
from tests.misbehaving import Misbehaving, eventually, only
from tests.tracking import Tracking
from transport.http_client import JsonService

LONG_AGO_MS = 1_700_000_000_000
# Three times the interval of refreshes; a refresh of these takes a tenth of a second.
PERIOD = 3.0
Spoil = Callable[[Any], Any]


def odd_status(row: Any) -> Any:
    return row | {"info": row["info"] | {"status": "DANCING"}}


@pytest.fixture(scope="module")
def many(tracking: Tracking) -> tuple[str, set[str]]:
    """Logs an experiment of runs that ended long ago, more than are requested by id at once, and one that runs."""
    group = tracking.experiment()
    ids = {tracking.run(group, started_ms=LONG_AGO_MS + number) for number in range(12)}
    return group, ids | {tracking.run(group, status="RUNNING", started_ms=LONG_AGO_MS)}


@pytest.mark.parametrize("spoil", [odd_status, lambda _row: 7], ids=["by id", "nameless"])
@pytest.mark.parametrize("at_once", [100, 5])
def test_all_runs_are_back_within_a_refresh_period(
    misbehaving: Misbehaving,
    many: tuple[str, set[str]],
    cache_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
    spoil: Spoil,
    at_once: int,
) -> None:
    monkeypatch.setattr("services.tracking.sources.mlflow_runs.MAX_RETRIED", at_once)
    group, ids = many
    alter = only(group)

    def spoilt(path: str, content: bytes) -> bytes:
        if not path.endswith("runs/search"):
            return alter(path, content)
        page = orjson.loads(content)
        return orjson.dumps(page | {"runs": [spoil(row) for row in page.get("runs", [])]})

    misbehaving.alter = spoilt
    mlflow = MlflowApi(JsonService("MLflow", misbehaving.address))
    runs = RunStore(MlflowRuns(mlflow, cache_folder(cache_dir, misbehaving.address)), cache_dir, PERIOD)
    view = runs.whole_view(40)
    assert view.runs is not None
    assert (len(view.runs), bool(view.runs.bad_rows)) == (0, True)
    time.sleep(1.5)
    assert not len(runs.view().runs or ())
    misbehaving.alter = alter

    def all_are_listed() -> bool:
        table = runs.view().runs
        return table is not None and set(table.run_ids) == ids and not table.bad_rows

    eventually(all_are_listed)  # a full sweep, after 300 s, would find them as well
