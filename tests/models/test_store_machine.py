"""Any sequence of calls, on both backends, compared with the simplest model of the result."""

from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from hypothesis import settings as example_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from domain.errors import Conflict, NotFound
from domain.errors.models.changes import ModelIsActive
from domain.registry.model_ids import name_in
from domain.registry.models import ModelState
from tests.models.backends import Backend, HttpBackend, TeamBackend
from tests.models.model_server import ModelServer
from tests.tracking import Tracking

NUMBERS = st.integers(0, 3)


class StoreMachine(RuleBasedStateMachine):
    """Drives a backend and an oracle: an ordered dict of states."""

    make: ClassVar[Callable[[], Backend]]

    def __init__(self) -> None:
        super().__init__()
        self.backend = type(self).make()
        self.states: dict[str, ModelState] = {}
        self.done: list[tuple[str, str | None]] = []

    def active(self, name: str | None) -> str | None:
        """Returns the active one of a registered model; None is the first."""
        every = (known for known, state in self.states.items() if state is ModelState.ACTIVE)
        return next((known for known in every if name_in(known) == name), None)

    def chosen(self, number: int) -> str:
        """Draws one of the models, or one that does not exist."""
        return [*self.states, "77"][number % (len(self.states) + 1)]

    @initialize(count=st.integers(1, 3))
    def fill(self, count: int) -> None:
        for _number in range(count):
            self.add()

    @rule()
    def add(self) -> None:
        if len(self.states) < 6:
            self.states[self.backend.add()] = ModelState.INACTIVE

    @rule(number=NUMBERS)
    def activate(self, number: int) -> None:
        chosen = self.chosen(number)
        former = self.active(name_in(chosen))
        state = self.states.get(chosen)
        if state in (None, ModelState.DELETED):
            with pytest.raises((NotFound, Conflict)):
                self.backend.store.activate(chosen)
            return
        assert self.backend.store.activate(chosen).former_id == former
        if former is not None:
            self.states[former] = ModelState.INACTIVE
        self.states[chosen] = ModelState.ACTIVE
        if former != chosen:
            self.done.insert(0, (chosen, former))

    @rule(number=NUMBERS)
    def delete(self, number: int) -> None:
        chosen = self.chosen(number)
        state = self.states.get(chosen)
        expected: type[Exception] | None = NotFound if state is None else None
        if state is ModelState.ACTIVE:
            expected = ModelIsActive
        if expected is not None:
            with pytest.raises(expected):
                self.backend.store.delete(chosen)
            return
        self.backend.store.delete(chosen)
        if self.backend.store.keeps_history:
            self.states[chosen] = ModelState.DELETED
        else:
            del self.states[chosen]

    @rule(number=NUMBERS)
    def restore(self, number: int) -> None:
        chosen = self.chosen(number)
        if not self.backend.store.keeps_history or chosen not in self.states:
            with pytest.raises((NotFound, Conflict)):
                self.backend.store.restore(chosen)
            return
        if self.states[chosen] is ModelState.DELETED:
            self.states[chosen] = ModelState.INACTIVE
        assert self.backend.store.restore(chosen).state is self.states[chosen]

    @invariant()
    def the_list_equals_the_oracle(self) -> None:
        assert {model.id: model.state for model in self.backend.store.all().models} == self.states
        for name in {None, *map(name_in, self.states)}:
            found = self.backend.store.of(name).active()
            assert (found.id if found else None) == self.active(name)
        if self.backend.store.keeps_history:
            assert [(done.model_id, done.former_id) for done in self.backend.store.history()] == self.done


def drive(make: Callable[[], Backend]) -> None:
    machine: Any = type("Driven", (StoreMachine,), {"make": staticmethod(make)})
    run_machine(machine, settings=example_settings(max_examples=4, stateful_step_count=12))


def test_any_sequence_on_two_registered_models_of_mlflow(tracking: Tracking) -> None:
    drive(lambda: TeamBackend(tracking))


def test_any_sequence_on_a_model_server() -> None:
    with ModelServer() as server:

        def emptied() -> Backend:
            server.models, server.active = {}, None
            return HttpBackend(server)

        drive(emptied)
