"""Evaluations of models: a hundred greedy episodes where they were trained, and a hundred in unseen mazes or
variants.
"""

import logging
import threading
import time
from typing import Final

import numpy as np
from numpy.typing import NDArray

from domain.access.rules import Requester, not_yours
from domain.errors import ClewError
from domain.errors.names import TheInferenceEngine
from domain.errors.services import RunsAllEvaluations
from domain.errors.walks import EvaluationBrokeDown, NotEvaluated
from domain.inference.evaluation import EVALUATION_EPISODES, evaluate, evaluate_unseen
from domain.inference.maze import Maze
from domain.inference.messages import EvaluationReport, EvaluationState
from domain.message_data import coded
from domain.registry.measurements import Measured
from environments.known import KnownEnvironments
from inference.engine import Engine, FoundModel
from inference.fair_turns import FairTurns, Turn
from inference.measuring.returns_of_model import measure_returns
from inference.waiting import Waiting
from policies.policy_process import PolicyProcess

_log = logging.getLogger(__name__)
_MAX_AT_ONCE: Final = 2
_MAX_OF_ONE: Final = 4  # per person, including waiting ones
_MAX_HELD: Final = 20  # each holds a thread
_MAX_REMEMBERED: Final = 200


class _Cancelled(Exception):
    """The evaluation was cancelled."""


class EvaluationJob:
    """One model's evaluation, in a thread and a process of its own with lower priority than viewers."""

    def __init__(self, engine: Engine, known: KnownEnvironments, model_id: str, starter: Requester, turn: Turn) -> None:
        self._engine = engine
        self._known = known
        self._turn = turn
        self._starter = starter
        self._cancelled = threading.Event()
        self._thread = threading.Thread(target=self._run, name="evaluation", daemon=True)
        self.report = EvaluationReport(model_id=model_id, state=EvaluationState.RUNNING, started_by=starter.user)

    @property
    def is_running(self) -> bool:
        """Whether it runs, or waits for its turn."""
        return self.report.state == EvaluationState.RUNNING

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def report_for(self, requester: Requester) -> EvaluationReport:
        """Returns its progress, and whether `requester` may cancel it."""
        return self.report.model_copy(update={"cancellable": not_yours(self._starter, requester) is None})

    def cancel_for(self, requester: Requester) -> None:
        """Cancels as `cancel` does; raises `NotYours` if another person started it."""
        refused = not_yours(self._starter, requester)
        if refused is not None:
            raise refused
        self.cancel()

    def cancel(self) -> None:
        """Ends it after the next step, if it is not over."""
        self._cancelled.set()

    def _run(self) -> None:
        try:
            self._wait_for_turn()
            self._evaluate()
        except _Cancelled:
            self._update_report(state=EvaluationState.CANCELLED)
        except ClewError as error:
            self._update_report(state=EvaluationState.FAILED, **coded(error, "error"))
        finally:
            self._turn.end()
            if self.is_running:  # an internal error must not keep its place for ever
                self._update_report(state=EvaluationState.FAILED, **coded(EvaluationBrokeDown(), "error"))
                _log.exception("an evaluation broke down", extra={"model": self.report.model_id})
        _log.info("evaluation", extra={"model": self.report.model_id, "state": self.report.state})

    def _wait_for_turn(self) -> None:
        began, busy = time.monotonic(), RunsAllEvaluations(TheInferenceEngine(), _MAX_AT_ONCE)
        while not self._turn.wait():
            self._check_cancelled()
            self._update_report(**coded(busy, "error"), waited_s=round(time.monotonic() - began, 1))
        self._update_report(error=None, code=None, params={}, waited_s=None)

    def _evaluate(self) -> None:
        found, content = self._found()
        self._check_cancelled()
        if found.model.is_for_the_maze:
            self._evaluate_in_mazes(found.trained_on, content)
        else:
            self._update_report(error=None, code=None, params={}, waited_s=None)
            measure_returns(found.model, content, self._known, self._check_cancelled, self._update_report)
            self._update_report(state=EvaluationState.DONE)

    def _evaluate_in_mazes(self, maze: Maze, content: bytes) -> None:
        self._update_report(maze_size=maze.size, maze_seed=maze.seed, error=None, code=None, params={}, waited_s=None)
        policy = PolicyProcess(content, maze.env_id, in_background=True)

        def infer(observations: NDArray[np.float32]) -> NDArray[np.float32]:
            self._check_cancelled()
            return policy.infer(observations)

        try:
            seen = evaluate(infer, maze, played=lambda played: self._update_report(played=played))
            self._update_report(seen=Measured.of(seen))
            unseen = evaluate_unseen(
                infer, maze, played=lambda more: self._update_report(played=EVALUATION_EPISODES + more)
            )
            self._update_report(unseen=Measured.of(unseen), state=EvaluationState.DONE)
        finally:
            policy.close()

    def _found(self) -> tuple[FoundModel, bytes]:
        """Returns the model and its file; waits for a Clew that may be starting."""
        waiting: Waiting | None = None
        while True:
            self._check_cancelled()
            try:
                found = self._engine.find(self.report.model_id)
                return found, self._engine.models.policy(found.model.id, measures=True).content or b""
            except ClewError as error:
                waiting = waiting or Waiting()
                if not waiting.should_retry(error):
                    raise
                self._update_report(**coded(error, "error"), waited_s=round(waiting.waited_seconds, 1))
                self._cancelled.wait(max(0.0, waiting.try_at - time.monotonic()))

    def _check_cancelled(self) -> None:
        if self._cancelled.is_set():
            raise _Cancelled

    def _update_report(self, **changes: object) -> None:
        self.report = self.report.model_copy(update=changes)


class Evaluations:
    """The evaluations of this process, the newest of each model; two run at a time, the others wait for their turn."""

    def __init__(self, engine: Engine, environments: KnownEnvironments) -> None:
        self._engine = engine
        self._environments = environments
        self._lock = threading.Lock()
        self._known: dict[str, EvaluationJob] = {}
        self._turns = FairTurns(_MAX_AT_ONCE, _MAX_OF_ONE, _MAX_HELD)

    @property
    def running(self) -> int:
        """How many run now, or wait for their turn."""
        return sum(one.is_running for one in list(self._known.values()))

    def start(self, model_id: str, starter: Requester, person: str) -> EvaluationReport:
        """Starts one, unless one of this model runs; raises ServiceUnavailable if `person` has too many already."""
        with self._lock:
            known = self._known.get(model_id)
            if known is not None and known.is_running:
                return known.report_for(starter)
            turn = self._turns.enter(person)
            self._known.pop(model_id, None)
            evaluation = self._known[model_id] = EvaluationJob(
                self._engine, self._environments, model_id, starter, turn
            )
            for old in list(self._known)[:-_MAX_REMEMBERED]:
                if not self._known[old].is_running:
                    del self._known[old]
            evaluation.start()
            return evaluation.report_for(starter)

    def get(self, model_id: str, requester: Requester) -> EvaluationReport:
        """Returns its progress; raises NotFound if none was started."""
        return self._of(model_id).report_for(requester)

    def cancel(self, model_id: str, requester: Requester) -> EvaluationReport:
        """Cancels it, if it is not over. Raises NotFound if none was started, NotYours if another person did."""
        evaluation = self._of(model_id)
        evaluation.cancel_for(requester)
        return evaluation.report_for(requester)

    def close(self) -> None:
        """Ends all of them."""
        for evaluation in list(self._known.values()):
            evaluation.cancel()

    def _of(self, model_id: str) -> EvaluationJob:
        evaluation = self._known.get(model_id)
        if evaluation is None:
            raise NotEvaluated(model_id[:40])
        return evaluation
