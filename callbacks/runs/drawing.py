"""The data behind a drawing of some runs: the known runs, their histories so far, and what is missing."""

import hashlib
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from components.charts.known import KnownHistories
from components.texts.language import language
from domain.charts.axes import counter
from domain.charts.chart_options import ChartOptions
from domain.charts.chart_spec import Subject
from domain.errors import ClewError
from domain.moments import latest_ms
from domain.tracking.runs import Run
from domain.tracking.vocabulary import Vocabulary
from services.connect import Services
from services.tracking.histories.store import Histories, Series
from services.tracking.run_store import RunView


class ChartData(NamedTuple):
    """The runs and histories at hand, and what is missing."""

    runs: list[Run]
    unknown: list[str]
    """Runs that do not exist."""
    unread: list[str]
    """Runs that may exist and could not be read."""
    found: KnownHistories
    pending: set[Series]
    failures: list[ClewError]
    is_loading: bool
    sampled: bool

    @classmethod
    def of(
        cls,
        services: Services,
        view: RunView,
        run_ids: Sequence[str],
        wanted: Sequence[Subject],
        options: ChartOptions,
        ends: float,
    ) -> "ChartData":
        """Collects what is known, waiting for the rest until `ends`, of the monotonic clock.

        Histories are also fetched of diverged metrics, since tables show where they diverged, and of those that are
        averaged.
        """
        runs = [run for run_id in run_ids if (run := view.get(run_id)) is not None]
        also = {run.run_id: _known_by_history(run, services.vocabulary) for run in runs}
        drawing = cls.of_runs(services, view, runs, wanted, options, ends, also=also)
        missing = [run_id for run_id in run_ids if view.get(run_id) is None]
        # Any of them may be among those that have not been read yet, unless the source itself denied it.
        unread = [] if view.is_whole else [run_id for run_id in missing if run_id not in view.absent]
        unknown = [run_id for run_id in missing if run_id not in unread]
        late = bool(unread) and view.failure is None
        return drawing._replace(unknown=unknown, unread=unread, is_loading=drawing.is_loading or late)

    @classmethod
    def of_runs(
        cls,
        services: Services,
        view: RunView,
        runs: list[Run],
        wanted: Sequence[Subject],
        options: ChartOptions,
        ends: float,
        *,
        also: Mapping[str, list[str]] | None = None,
    ) -> "ChartData":
        """Returns the drawing of these runs, with further metrics from `also` by run id."""
        keys = {run.run_id: keys_to_draw(run, wanted, options, services.vocabulary) for run in runs}
        for run_id, more in (also or {}).items():
            keys[run_id] += [key for key in more if key not in keys[run_id]]
        histories = services.histories.get(runs, keys, max(0.0, ends - time.monotonic()))
        return cls(
            runs=runs,
            unknown=[],
            unread=[],
            found=_known(histories, services.vocabulary),
            pending=histories.pending,
            failures=_different(histories.failures.values()),
            is_loading=bool(histories.pending) or (view.runs is None and view.failure is None),
            sampled=bool(histories.sampled),
        )


def _known_by_history(run: Run, vocabulary: Vocabulary) -> list[str]:
    means = (key for key in vocabulary.of(run).means_of_all if key in run.metrics)
    return list(dict.fromkeys([*run.diverged(vocabulary), *means]))


def _known(histories: Histories, vocabulary: Vocabulary) -> KnownHistories:
    found = {(series.run_id, series.key): history for series, history in histories.found.items()}
    sampled = {(series.run_id, series.key) for series in histories.sampled}
    return KnownHistories(found, vocabulary, latest_ms(datetime.now(UTC)), sampled)


def _different(errors: Iterable[ClewError]) -> list[ClewError]:
    """Returns one of each group of errors with the same message."""
    by_sentence = {str(error): error for error in errors}
    return [by_sentence[sentence] for sentence in sorted(by_sentence)]


def keys_to_draw(run: Run, wanted: Sequence[Subject], options: ChartOptions, vocabulary: Vocabulary) -> list[str]:
    """Returns the metric keys under which this run logged the wanted subjects, and the axis's counter."""
    own = vocabulary.of(run)
    found = [key for subject in wanted if (key := subject.key_in(run.metrics, own)) is not None]
    counters = (counter(options.axis, run.metrics, own, key) for key in found)
    return list(dict.fromkeys([*found, *(counting.key for counting in counters if counting is not None)]))


def fingerprint(selection: object, drawing: ChartData) -> str:
    """Returns a digest that is equal for drawings of the same page, so that the second is not sent."""
    seen = (
        language(),
        selection,
        [(run.run_id, run.name, run.status, sorted(run.metrics.items()), run.ended_at) for run in drawing.runs],
        sorted((key, len(history)) for key, history in drawing.found.histories.items()),
        sorted(drawing.pending),
        drawing.unknown,
        drawing.unread,
        [str(error) for error in drawing.failures],
        drawing.is_loading,
        drawing.sampled,
        drawing.found.latest,
    )
    return hashlib.sha256(repr(seen).encode()).hexdigest()
