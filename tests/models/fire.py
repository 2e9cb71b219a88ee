"""Processes that change one registered model at random, all at once, while somebody watches the alias.

`python -m bench.models_under_fire` runs it for longer than the tests do.
"""

import multiprocessing
import random
import time
from collections import Counter
from typing import Any, NamedTuple

from domain.errors import Conflict, NotFound
from domain.registry.models import ALIAS, ModelState, state_of
from mlflow_api.client import MlflowApi
from mlflow_api.registry import MlflowRegistry
from services.registry.mlflow_store import MlflowModelStore
from tests.models.backends import no_file
from tests.models.registered_model import RegisteredModel
from tests.tracking import Tracking
from transport.http_client import JsonService


class Fire(NamedTuple):
    """What came of it."""

    outcomes: Counter[str]
    looks: int
    moves: int
    """How often a look found another model active than the look before."""
    seconds: float


def registry(address: str, name: str) -> MlflowRegistry:
    return MlflowRegistry(MlflowApi(JsonService("MLflow", address)), name)


def act(address: str, name: str, versions: list[str], operations: int, seed: int, told: Any) -> None:
    """One process: random operations, whose outcomes it counts; only refusals are expected."""
    chance, counts = random.Random(seed), Counter[str]()
    store = MlflowModelStore(registry(address, name), lambda version, environment: None, no_file, lambda run_id: None)
    for _number in range(operations):
        kind = chance.choices(["activate", "delete", "restore"], weights=[3, 2, 2])[0]
        try:
            getattr(store, kind)(chance.choice(versions))
            counts[kind] += 1
        except (Conflict, NotFound) as error:
            counts[f"{kind}: {type(error).__name__}"] += 1
        except Exception as error:  # noqa: BLE001, the parent says it
            counts[f"unexpected {kind}: {error!r}"] += 1
    told.put(counts)


def look(known: MlflowRegistry) -> str:
    """P5 as a stranger to Clew sees it: one alias, on one version that is there and is not deleted by definition."""
    aliases = known.registered().aliases
    assert [alias.alias for alias in aliases] == [ALIAS]
    active = aliases[0].version
    assert state_of(active, known.version(active).tags, active) is ModelState.ACTIVE
    return active


def fire(address: str, processes: int, operations: int, versions: int = 4) -> Fire:
    """Lets them loose on a new registered model and watches until the last is done."""
    model = RegisteredModel(Tracking(address))
    ids = [model.version() for _number in range(versions)]
    known = registry(address, model.name)
    known.point_at(ids[0])
    context = multiprocessing.get_context("spawn")
    told = context.Queue()
    crowd = [
        context.Process(target=act, args=(address, model.name, ids, operations, seed, told))
        for seed in range(processes)
    ]
    began, looks, moves, last = time.monotonic(), 0, 0, ids[0]
    for process in crowd:
        process.start()
    try:
        while any(process.is_alive() for process in crowd) and told.qsize() < processes:
            active = look(known)
            looks, moves, last = looks + 1, moves + (active != last), active
    finally:
        outcomes = sum((told.get(timeout=60) for _process in crowd), Counter[str]())
        for process in crowd:
            process.join(timeout=10)
    look(known)
    return Fire(outcomes, looks, moves, time.monotonic() - began)
