"""Runs actors against one registry in every order in which their requests can reach it, and checks each step.

An actor is a function that sends requests to a registry. It is deterministic given the answers, so it need not be
kept: it is run again with the answers it got so far, and suspended at the next request. The state of a moment is
then a value; equal moments are visited once, and the ways through them are counted, not walked.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from domain.errors import ClewError, Conflict, NotFound
from domain.errors.models.changes import ModelIsActive
from domain.registry.models import DELETED_TAG, PURGING_TAG, Activation, ModelState, state_of
from mlflow_api.registry.versions import Version
from tests.models.memory_registry import ReplayedRegistry, Request, State, Suspended, apply


class Actor(NamedTuple):
    """One call of one person or program."""

    name: str
    kind: str
    version: str
    act: Callable[[Any], object]
    after: str = ""
    """The actor that must be over first, and with it everybody who had begun when that one marked a version."""


class Moment(NamedTuple):
    """The state of the registry and of all actors at one moment."""

    registry: State
    answers: tuple[tuple[int, ...], ...]
    over: tuple[str, ...]
    """For each actor: "" while it is not over, then "done", "refused" or "crashed"."""
    moved: frozenset[str] = frozenset()
    """Actors that moved the pointer."""
    awaited: frozenset[str] = frozenset()
    """Those under way when a version was marked: no request of theirs lasts the hour until the next purge."""
    restored: frozenset[str] = frozenset()
    overruling: frozenset[str] = frozenset()
    """Actors that moved the pointer to a version that a deletion had tagged since they looked; they have to say so."""


@dataclass
class Interleavings:
    """Holds all orders of these actors from one state; `crashes` lets each stop after any of its requests."""

    actors: list[Actor]
    crashes: bool = True
    steps: int = 0
    _table: dict[str, int] = field(default_factory=dict)
    _answers: list[Any] = field(default_factory=list)
    _next: dict[tuple[int, tuple[int, ...]], Request | BaseException | str] = field(default_factory=dict)
    _ways: dict[Moment, int] = field(default_factory=dict)
    ends: set[State] = field(default_factory=set)

    def explore(self, start: State) -> int:
        """Visits every moment; returns how many ways lead from the start to an end."""
        count = len(self.actors)
        return self._count(Moment(start, ((),) * count, ("",) * count))

    def outcomes(self, index: int) -> list[object]:
        """Returns how the actor at this index ended, in any visited order."""
        return [one for (actor, _answers), one in self._next.items() if actor == index and not isinstance(one, Request)]

    def _count(self, moment: Moment) -> int:
        known = self._ways.get(moment)
        if known is None:
            following = list(self._following(moment))
            if not following:
                self.ends.add(moment.registry)
            self._ways[moment] = known = sum(map(self._count, following)) if following else 1
        return known

    def _following(self, moment: Moment) -> Iterator[Moment]:
        for index, actor in enumerate(self.actors):
            if moment.over[index] or not self._may_begin(moment, index):
                continue
            yield self._step(moment, index, actor)
            if self.crashes and moment.answers[index]:
                yield moment._replace(over=_with(moment.over, index, "crashed"))

    def _may_begin(self, moment: Moment, index: int) -> bool:
        names = [actor.name for actor in self.actors]
        after = self.actors[index].after
        if not after or moment.answers[index]:
            return True
        return all(moment.over[names.index(name)] for name in {after, *moment.awaited})

    def _step(self, moment: Moment, index: int, actor: Actor) -> Moment:
        self.steps += 1
        request = self._next_of(index, moment.answers[index])
        assert isinstance(request, Request)
        registry, answer = apply(moment.registry, request)
        answers = (*moment.answers[index], self._number(answer))
        then = moment._replace(registry=registry, answers=_with(moment.answers, index, answers))
        if request.name == "point_at" and not isinstance(answer, Exception):
            self._check_last_read(actor, moment.answers[index])
            then = then._replace(moved=then.moved | {actor.name})
            if DELETED_TAG in moment.registry.tags(actor.version):
                then = then._replace(overruling=then.overruling | {actor.name})
        # The one who deleted it may have read the pointer and removed the tag again, before this actor's check.
        elif actor.name in then.overruling and request.name == "version" and DELETED_TAG not in answer.tags:
            then = then._replace(overruling=then.overruling - {actor.name})
        if request.name == "tag_version" and request.arguments[1] == PURGING_TAG:
            under_way = {
                a.name for a, got, over in zip(self.actors, then.answers, then.over, strict=True) if got and not over
            }
            then = then._replace(awaited=then.awaited | under_way - {actor.name})
        check_step(moment.registry, request, registry, moment.restored)
        outcome = self._next_of(index, answers)
        if isinstance(outcome, Request):
            return then
        self._check_end(actor, outcome, then, answers)
        if outcome == "done" and actor.kind == "restore":
            then = then._replace(restored=then.restored | {actor.version})
        return then._replace(over=_with(then.over, index, "done" if isinstance(outcome, str) else "refused"))

    def _check_last_read(self, actor: Actor, answers: tuple[int, ...]) -> None:
        """Checks that the version has no tag of deletion at the last read before the pointer moves."""
        last = self._answers[answers[-1]]
        assert isinstance(last, Version), f"{actor.name} did not look right before"
        assert last.version == actor.version
        assert DELETED_TAG not in last.tags, f"{actor.name} saw a deletion that was answered, and went on"

    def _number(self, answer: object) -> int:
        """Returns the answer's number, the same for equal ones, so that moments compare fast."""
        known = repr(answer)
        if known not in self._table:
            self._table[known] = len(self._answers)
            self._answers.append(answer)
        return self._table[known]

    def _next_of(self, index: int, answers: tuple[int, ...]) -> Request | BaseException | str:
        key = (index, answers)
        if key not in self._next:
            self._next[key] = self._run(self.actors[index], answers)
        return self._next[key]

    def _run(self, actor: Actor, answers: tuple[int, ...]) -> Request | BaseException | str:
        try:
            result = actor.act(ReplayedRegistry(tuple(self._answers[number] for number in answers)))
        except Suspended as suspended:
            return _without_chance(suspended.request, actor)
        except ClewError as error:
            return error
        return "done, overruling" if isinstance(result, Activation) and result.overrules_deletion else "done"

    def _check_end(self, actor: Actor, outcome: object, then: Moment, answers: tuple[int, ...]) -> None:
        seen = {getattr(self._answers[number], "active", None) for number in answers}
        refusal = "" if isinstance(outcome, str) else kind_of(outcome)
        if refusal == "NotFound":
            assert actor.version not in dict(then.registry.versions)
        elif actor.kind == "activate":
            assert refusal in ("", "Conflict"), outcome
            # P5: it was active at one moment of the call at least; a later change was another activation (check_step).
            assert refusal or actor.name in then.moved or actor.version in seen
            assert not (refusal and actor.name in then.moved)
            # P7: no deletion is overruled without a report.
            assert outcome == "done, overruling" or actor.name not in then.overruling
        elif actor.kind == "delete":
            assert refusal in ("", "ModelIsActive"), outcome
            # P6: a successful deletion left no active model; a refused one saw that the model was active.
            assert refusal or then.registry.alias != actor.version
            assert not refusal or actor.version in seen
        elif actor.kind == "restore":
            assert refusal in ("", "Conflict"), outcome
        else:
            assert not refusal, outcome


def check_step(before: State, request: Request, after: State, restored: frozenset[str]) -> None:
    """Checks what holds at every step, whichever actor made it."""
    if before.alias != after.alias:
        assert request.name == "point_at", f"{request} took the pointer away"
        assert after.alias == request.arguments[0]
    if after.alias is not None:
        assert state_of(after.alias, after.tags(after.alias), after.alias) is ModelState.ACTIVE
    for gone in dict(before.versions).keys() - dict(after.versions):
        assert request.name == "delete_version"
        assert {DELETED_TAG, PURGING_TAG} <= before.tags(gone).keys()
        assert gone not in restored, "a model was removed that somebody had brought back"


def _with(values: tuple[Any, ...], index: int, value: object) -> tuple[Any, ...]:
    return (*values[:index], value, *values[index + 1 :])


def _without_chance(request: Request, actor: Actor) -> Request:
    """Returns the request without the random part of the history's tags, which would make equal moments differ."""
    if request.name != "tag_model":
        return request
    key, value = request.arguments
    return Request("tag_model", (f"{key.rpartition('-')[0]}-{actor.name}", value))


def kind_of(error: object) -> str:
    """Returns the kind of refusal of an error: its own code is more specific than these tests need."""
    kinds = (ModelIsActive, NotFound, Conflict)
    return next((kind.__name__ for kind in kinds if isinstance(error, kind)), type(error).__name__)
