"""P5, P6 and P7 in any order of requests, crashes included; the registry in memory behaves as MLflow's."""

import random
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import combinations_with_replacement
from typing import Any

import pytest

from domain.errors import NotFound
from domain.errors.models.changes import DeletedMeanwhile, RestoreFirst
from domain.registry.model_ids import VersionIds
from domain.registry.models import DELETED_TAG, PURGING_TAG
from mlflow_api.client import MlflowApi
from mlflow_api.registry.registry import MlflowRegistry
from mlflow_api.registry.versions import Version
from services.registry.mlflow_store import MlflowModelStore
from services.registry.purge import ModelPurge
from services.registry.team_models import TeamModels
from tests.models.backends import no_file
from tests.models.interleaving import Actor, Interleavings, kind_of
from tests.models.memory_registry import ReplayedRegistry, Request, State, Suspended, apply
from tests.models.registered_model import RegisteredModel
from tests.tracking import Tracking
from transport.http_client import JsonService

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LONG_AGO = (NOW - timedelta(days=31)).isoformat()
RETENTION = timedelta(days=30)
OLD = ((DELETED_TAG, LONG_AGO),)
MARKED = (*OLD, (PURGING_TAG, LONG_AGO))

# 1 is active, 2 is not, 3 was deleted long ago.
START = State((("1", ()), ("2", ()), ("3", OLD)), alias="1")
MARKED_START = State((("1", ()), ("2", ()), ("3", MARKED)), alias="1")
# The result of a deletion that crashed during an activation: an active model with the tag; one was even marked.
LEFTOVER = State((("1", MARKED), ("2", ()), ("3", OLD)), alias="1")


def store(registry: Any, ids: VersionIds | None = None) -> MlflowModelStore:
    def check(version: Any, environment: str | None) -> None:
        """Sends a request of its own, as reading the file does."""
        registry.version(version.version)

    return MlflowModelStore(registry, check, no_file, lambda run_id: None, now=lambda: NOW, ids=ids)


class TwoModels:
    """Holds two registered models, only the second of which exists: the first must get no request."""

    first = "first"

    def __init__(self, registry: Any) -> None:
        self._registry = registry

    def has(self, name: str) -> bool:
        return name == "second"

    def store_of(self, name: str) -> MlflowModelStore:
        assert name == "second", "the other registered model was requested"
        return store(self._registry, VersionIds("second"))


def purge(registry: Any, hours: int) -> None:
    ModelPurge(registry, RETENTION, now=lambda: NOW + timedelta(hours=hours)).run()


def call(kind: str, version: str, number: int, after: str = "") -> Actor:
    """Returns a call that activates, deletes or restores a version."""

    def act(registry: Any) -> object:
        return getattr(store(registry), kind)(version)

    return Actor(f"{kind} {version} #{number}", kind, version, act, after)


def purges(number: int) -> list[Actor]:
    """Returns two runs of the purge, the second two hours after the first."""
    first = Actor(f"purge #{number}", "purge", "", lambda registry: purge(registry, 0))
    return [first, Actor(f"again #{number}", "purge", "", lambda registry: purge(registry, 2), after=first.name)]


def team(*words: str) -> list[Actor]:
    """Returns actors by words such as `activate 2`; `purge` is two runs."""
    found: list[Actor] = []
    for number, word in enumerate(words):
        kind, _space, version = word.partition(" ")
        found += purges(number) if kind == "purge" else [call(kind, version, number)]
    return found


WORDS = ("activate 1", "activate 2", "activate 3", "delete 1", "delete 2", "delete 3", "restore 3", "purge")
PAIRS = list(combinations_with_replacement(WORDS, 2))
TRIPLES = [
    ("activate 2", "delete 2", "activate 1"),
    ("activate 2", "delete 1", "delete 2"),
    ("activate 2", "delete 2", "delete 2"),
    ("activate 2", "activate 1", "delete 1"),
    ("activate 2", "activate 3", "restore 3"),
    ("delete 3", "activate 3", "restore 3"),
    ("activate 2", "delete 2", "restore 2"),
    ("restore 3", "activate 3", "purge"),
    ("restore 3", "delete 3", "purge"),
    ("activate 2", "delete 2", "purge"),
    ("activate 2", "activate 1", "purge"),
]


STARTS: dict[str, tuple[State, list[tuple[str, ...]]]] = {
    "plain": (START, [*PAIRS, *TRIPLES]),
    # Only a purge distinguishes these two.
    "marked": (MARKED_START, [*(pair for pair in PAIRS if "purge" in pair), ("restore 3", "activate 3", "purge")]),
    "leftover": (LEFTOVER, [*(pair for pair in PAIRS if "purge" in pair), ("activate 2", "activate 1", "purge")]),
}
CASES = [
    pytest.param(words, start, id=f"{name}: {' | '.join(words)}")
    for name, (start, cases) in STARTS.items()
    for words in cases
]


@pytest.mark.parametrize(("words", "start"), CASES)
def test_every_order_of_requests_keeps_the_invariants(words: tuple[str, ...], start: State) -> None:
    every = Interleavings(team(*words))
    every.explore(start)
    for end in every.ends:
        assert_a_later_purge_cleans_up(end)


@pytest.mark.parametrize("words", TRIPLES[:5], ids=" | ".join)
def test_in_no_order_is_another_registered_model_requested(words: tuple[str, ...]) -> None:
    """So requests to two of them are two independent orders as above, and neither affects the other."""

    def of_the_second(word: str, number: int) -> Actor:
        kind, _space, version = word.partition(" ")

        def act(registry: Any) -> object:
            two: Any = TwoModels(registry)
            return getattr(TeamModels(two, two.store_of), kind)(f"second:{version}")

        return Actor(f"{word} #{number}", kind, version, act)

    every = Interleavings([of_the_second(word, number) for number, word in enumerate(words)])
    every.explore(START)
    assert every.steps > 100


def test_the_checks_detect_a_deletion_that_does_not_read_the_state_again() -> None:
    """Otherwise the tests above might pass because they check nothing."""

    def deletes_without_rereading(registry: Any) -> None:
        if registry.registered().active != "2":
            registry.delete_version("2")

    actors = [call("activate", "2", 0), Actor("delete 2", "delete", "2", deletes_without_rereading)]
    with pytest.raises(AssertionError):
        Interleavings(actors).explore(START)


class Forgetful:
    """Answers about a version as it was at the first request: reading it again has no effect."""

    def __init__(self, registry: Any) -> None:
        self._registry = registry
        self._known: dict[str, Version] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._registry, name)

    def version(self, version: str) -> Version:
        if version not in self._known:
            self._known[version] = self._registry.version(version)
        return self._known[version]


@pytest.mark.parametrize("crashes", [False, True])
def test_the_checks_detect_an_activation_that_reads_the_tag_only_once(crashes: bool) -> None:
    def reads_once(registry: Any) -> object:
        return store(Forgetful(registry)).activate("2")

    actors = [Actor("activate 2", "activate", "2", reads_once), call("delete", "2", 1)]
    with pytest.raises(AssertionError):
        Interleavings(actors, crashes).explore(START)


def test_the_checks_detect_an_activation_that_does_not_report_an_overruled_deletion() -> None:
    def is_silent(registry: Any) -> object:
        done = store(registry).activate("2")
        return done.model_copy(update={"overrules_deletion": False})

    actors = [Actor("activate 2", "activate", "2", is_silent), call("delete", "2", 1)]
    with pytest.raises(AssertionError):
        Interleavings(actors).explore(START)


def test_a_deletion_is_overruled_in_some_orders_and_then_that_is_reported() -> None:
    """Otherwise P7 would hold because no deletion is ever overruled."""
    every = Interleavings([call("activate", "2", 0), call("delete", "2", 1)])
    every.explore(START)
    outcomes = [one for one in every.outcomes(0) if isinstance(one, str)]
    refusals = {type(one) for one in every.outcomes(0) if not isinstance(one, str)}
    assert set(outcomes) == {"done", "done, overruling"}
    assert refusals == {RestoreFirst, DeletedMeanwhile}


KINDS = (
    *("registered", "versions", "version", "point_at", "tag_version", "untag_version", "tag_model", "delete_version"),
    *("untag_model", "archive_tag"),
)


@pytest.mark.parametrize("seed", range(3))
def test_the_registry_in_memory_answers_as_mlflow_does(tracking: Tracking, seed: int) -> None:
    chance, model = random.Random(seed), RegisteredModel(tracking)
    real = MlflowRegistry(MlflowApi(JsonService("MLflow", tracking.address)), model.name)
    state = State(tuple((model.version(), ()) for _number in range(3)))
    for _step in range(60):
        request = drawn(chance)
        state, expected = apply(state, request)
        try:
            answer = getattr(real, request.name)(*request.arguments)
        except NotFound as error:
            answer = error
        assert comparable(answer) == comparable(expected), request


def drawn(chance: random.Random) -> Request:
    """Draws a request about one of three versions, or about a missing one; deletions are rare, or little is left."""
    kind = chance.choices(KINDS, weights=[2, 2, 2, 4, 4, 4, 2, 0.4, 2, 1])[0]
    version, key, value = chance.choice("1234"), chance.choice([DELETED_TAG, "odd key"]), chance.choice(["x", "é 😀"])
    arguments = {
        "version": (version,),
        "point_at": (version,),
        "tag_version": (version, key, value),
        "untag_version": (version, key),
        "tag_model": (key, value),
        "untag_model": (key,),
        "archive_tag": (key, value),
        "delete_version": (version,),
    }
    return Request(kind, arguments.get(kind, ()))


def comparable(answer: Any) -> Any:
    """Returns an answer without what only MLflow knows: when a version was made, and its text for what is missing."""
    if isinstance(answer, Version):
        return (answer.version, answer.tags)
    if isinstance(answer, tuple):
        return [comparable(version) for version in answer[0]]
    return kind_of(answer) if isinstance(answer, Exception) else answer


def assert_a_later_purge_cleans_up(end: State) -> None:
    """Checks that a crashed purge's mark on a model that is not deleted is removed by the next run at the latest."""
    after = alone(end, lambda registry: purge(registry, 4))
    assert after.alias == end.alias
    for version, tags in after.versions:
        if after.alias == version or DELETED_TAG not in dict(tags):
            assert PURGING_TAG not in dict(tags)


def alone(state: State, act: Callable[[Any], object]) -> State:
    """Returns the state after one actor alone."""
    answers: list[Any] = []
    while True:
        try:
            act(ReplayedRegistry(tuple(answers)))
        except Suspended as suspended:
            state, answer = apply(state, suspended.request)
            answers.append(answer)
        else:
            return state


if __name__ == "__main__":  # python -m tests.models.test_interleavings counts them
    for crashes in (False, True):
        each = [Interleavings(team(*case.values[0]), crashes) for case in CASES]
        ways = sum(one.explore(case.values[1]) for one, case in zip(each, CASES, strict=True))
        steps = sum(one.steps for one in each)
        sys.stdout.write(f"{len(CASES)} cases, crashes: {crashes}: {ways:,} interleavings, {steps:,} steps checked\n")
