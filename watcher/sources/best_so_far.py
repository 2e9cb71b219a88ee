"""Detects new best runs: none of the finished ones in the same experiment and environment is as good.

At least one has to be worse.
"""

import logging
from collections.abc import Iterable, Mapping
from typing import Final

from domain.errors import ClewError
from domain.errors.alerts.events import BestBeaten
from domain.tracking.runs import Run, RunStatus
from domain.tracking.vocabulary import Vocabulary
from mlflow_api.alerts.changed_runs import ChangedRunsApi
from mlflow_api.schemas import Experiment
from watcher.sources.run_facts import score_of, subject_of

_MAX_READ: Final = 3
_log = logging.getLogger(__name__)


class BestSoFar:
    """Asks MLflow, twice for each run."""

    def __init__(self, changed: ChangedRunsApi, vocabulary: Vocabulary) -> None:
        self._changed = changed
        self._vocabulary = vocabulary

    def text_of(self, run: Run, experiments: Mapping[str, Experiment]) -> BestBeaten | None:
        """Returns the message on a finished run; None if it is not the best, beat none, or that is unknown."""
        score = score_of(run, self._vocabulary)
        if score is None or run.diverged(self._vocabulary):
            return None
        where = f"attributes.status = 'FINISHED' and metrics.`{score.key}`"
        key, environment = _environment(run, self._vocabulary)
        of_place = "" if key is None else f" and params.`{key}` = {_quoted(environment or '')}"
        try:
            if self._others(run, f"{where} >= {_plain(score.logged)}{of_place}", None, experiments):
                return None
            lower = self._others(run, f"{where} < {_plain(score.logged)}{of_place}", score.key, experiments)
        except ClewError as error:
            _log.warning("Whether a run is the best is not known", extra={"run": run.run_id, "cause": str(error)})
            return None
        former = score_of(lower[0], self._vocabulary) if lower else None
        if former is None:
            return None
        return BestBeaten(subject_of(run, "").name, run.experiment, score.key, score.text, former.text)

    def _others(self, run: Run, where: str, by: str | None, experiments: Mapping[str, Experiment]) -> list[Run]:
        order = [f"metrics.`{by}` DESC"] if by else ["attributes.start_time DESC"]
        found = self._changed.search([run.experiment_id], where, _MAX_READ, order, experiments)
        return [one for one in found if one.run_id != run.run_id]


def best_of_each(runs: Iterable[Run], vocabulary: Vocabulary) -> frozenset[str]:
    """Returns the ids of the best finished runs of each experiment and environment: no others can be new best runs.

    If hundreds end at once, only few need requests.
    """
    best: dict[tuple[str, str, str | None, str | None], tuple[float, str]] = {}
    for run in runs:
        score = score_of(run, vocabulary) if run.status is RunStatus.FINISHED else None
        if score is not None:
            place = run.experiment_id, score.key, *_environment(run, vocabulary)
            found = score.logged, run.run_id
            best[place] = max(best.get(place, found), found)
    return frozenset(run_id for _score, run_id in best.values())


def _environment(run: Run, vocabulary: Vocabulary) -> tuple[str | None, str | None]:
    """Returns the parameter that names the run's environment, and its value; None if there is none."""
    key = run.parameter_key("environment", vocabulary)
    return key, None if key is None else run.params[key]


def _quoted(text: str) -> str:
    """Returns a text quoted for MLflow's filter, which has no escapes."""
    return f'"{text}"' if "'" in text else f"'{text}'"


def _plain(number: float) -> str:
    """Returns a number as MLflow's filter accepts it, without an exponent."""
    text = repr(number)
    return f"{number:.20f}" if "e" in text else text
