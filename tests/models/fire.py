"""Processes that change registered models at random, all at once, while a watcher checks their aliases.

`python -m bench.models_under_fire` runs it for longer than the tests do.
"""

import multiprocessing
import random
import time
from collections import Counter
from typing import Any, NamedTuple

from domain.errors import Conflict, NotFound
from domain.registry.model_ids import VersionIds
from domain.registry.models import ALIAS, ModelState, state_of
from mlflow_api.client import MlflowApi
from mlflow_api.registry.registry import MlflowRegistry
from services.registry.mlflow_store import MlflowModelStore
from services.registry.registered_models import RegisteredModels
from services.registry.team_models import TeamModels
from tests.models.backends import no_file
from tests.models.registered_model import RegisteredModel
from tests.tracking import Tracking
from transport.http_client import JsonService


class Fire(NamedTuple):
    """Counts the results."""

    outcomes: Counter[str]
    readings: int
    moves: int
    """How often a look found another model active than the look before."""
    seconds: float


def registry(address: str, name: str) -> MlflowRegistry:
    return MlflowRegistry(MlflowApi(JsonService("MLflow", address)), name)


def team(address: str, names: list[str]) -> TeamModels:
    """Returns the store of all of them."""
    registered = RegisteredModels(MlflowApi(JsonService("MLflow", address)), names[0], names[1:])

    def store_of(name: str) -> MlflowModelStore:
        found, ids = registered.registry(name), registered.ids_of(name)
        return MlflowModelStore(found, lambda version, environment: None, no_file, lambda run_id: None, ids=ids)  # type: ignore[arg-type, return-value]

    return TeamModels(registered, store_of)


def act(address: str, names: list[str], models: list[str], operations: int, seed: int, results: Any) -> None:
    """Runs as one process: random operations, whose outcomes it counts; only refusals are expected."""
    chance, counts = random.Random(seed), Counter[str]()
    store = team(address, names)
    for _number in range(operations):
        kind = chance.choices(["activate", "delete", "restore"], weights=[3, 2, 2])[0]
        try:
            getattr(store, kind)(chance.choice(models))
            counts[kind] += 1
        except (Conflict, NotFound) as error:
            counts[f"{kind}: {type(error).__name__}"] += 1
        except Exception as error:  # noqa: BLE001, the parent says it
            counts[f"unexpected {kind}: {error!r}"] += 1
    results.put(counts)


def active_version(known: MlflowRegistry) -> str:
    """Returns the active version as an outside reader of MLflow finds it (P5): one alias, on one version that
    exists and is not tagged as deleted."""
    aliases = known.registered().aliases
    assert [alias.alias for alias in aliases] == [ALIAS]
    active = aliases[0].version
    assert state_of(active, known.version(active).tags, active) is ModelState.ACTIVE
    return active


def fire(address: str, processes: int, operations: int, versions: int = 4, names: int = 2) -> Fire:
    """Runs the processes on so many new registered models, and checks until the last is done.

    One more registered model exists, to which no request is sent: its active version must stay the same.
    """
    made = [RegisteredModel(Tracking(address)) for _number in range(names + 1)]
    every = [[model.version() for _number in range(versions)] for model in made]
    known = [registry(address, model.name) for model in made]
    for one, of_one in zip(known, every, strict=True):
        one.point_at(of_one[0])
    fired = [model.name for model in made[:names]]
    ids = [VersionIds(name if name != fired[0] else None) for name in fired]
    models = [one.id_of(version) for one, of_one in zip(ids, every, strict=False) for version in of_one]
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    crowd = [
        context.Process(target=act, args=(address, fired, models, operations, seed, results))
        for seed in range(processes)
    ]
    began, readings, moves, last = time.monotonic(), 0, 0, [of_one[0] for of_one in every]
    quiet = last[-1]
    for process in crowd:
        process.start()
    try:
        while any(process.is_alive() for process in crowd) and results.qsize() < processes:
            active = [active_version(one) for one in known]
            assert active[-1] == quiet, "a registered model changed that received no request"
            readings, moves, last = readings + 1, moves + (active[:-1] != last[:-1]), active
    finally:
        outcomes = sum((results.get(timeout=60) for _process in crowd), Counter[str]())
        for process in crowd:
            process.join(timeout=10)
    assert [active_version(one) for one in known][-1] == quiet
    return Fire(outcomes, readings, moves, time.monotonic() - began)
