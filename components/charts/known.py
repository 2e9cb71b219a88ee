"""The data behind a chart: the histories at hand, and which of a run's metrics a subject refers to."""

from collections.abc import Mapping, Set
from typing import NamedTuple

from domain.charts.axes import Axis, Counter, XAxis, counter
from domain.charts.axis_checks import is_stepless
from domain.charts.chart_spec import Subject
from domain.tracking.final_metrics import Choice, final_outcome
from domain.tracking.history import ANY_TIME, History
from domain.tracking.outcomes import Diverged, Outcome, divergence, outcome_of_point
from domain.tracking.runs import Run
from domain.tracking.vocabulary import MetricWord, Vocabulary


class KnownHistories(NamedTuple):
    """The histories at hand, by (run id, metric key), and the vocabulary that maps words to a run's keys.

    `latest` is the latest plausible time, in Unix ms. Histories in `sampled` are only an even sample so far.
    """

    histories: Mapping[tuple[str, str], History]
    vocabulary: Vocabulary
    latest: int = ANY_TIME
    sampled: Set[tuple[str, str]] = frozenset()

    def history(self, run: Run, subject: Subject) -> History | None:
        """Returns the run's history of `subject`; None if it was not logged or has not been fetched yet."""
        key = subject.key_in(run.metrics, self.vocabulary.of(run))
        return None if key is None else self.histories.get((run.run_id, key))

    def counter(self, axis: XAxis, run: Run, subject: Subject) -> Counter | None:
        """Returns which metric counts `axis` for the run's metric of `subject`; None if there is none."""
        vocabulary = self.vocabulary.of(run)
        return counter(axis, run.metrics, vocabulary, subject.key_in(run.metrics, vocabulary) or "")

    def episodes(self, run: Run) -> int | None:
        """Returns the run's number of episodes.

        None if it would be counted by the steps of a history that has only one step.
        """
        counting = counter(Axis.EPISODES, run.metrics, self.vocabulary.of(run))
        counted = None if counting is None or not counting.by_step else self.histories.get((run.run_id, counting.key))
        return None if counted is not None and is_stepless(counted) else run.episodes(self.vocabulary)

    def end(self, run: Run, key: str) -> Diverged | None:
        """Returns where a metric of the run diverged, by its key; None if it did not."""
        if (history := self._whole(run, key)) is not None:
            return divergence(history)
        return outcome_of_point(run.metrics[key].value, run.metrics[key].step, None).diverged

    def outcome(self, run: Run, word: MetricWord, choice: Choice = Choice.LAST) -> Outcome:
        """Returns the final outcome of `word`; until its history is fetched, only the newest point is known."""
        vocabulary = self.vocabulary.of(run)
        key = vocabulary.metric_key(word, run.metrics)
        if key is not None and (history := self._whole(run, key)) is not None:
            meant = history.times(vocabulary.factor(key))
            if key in vocabulary.means_of_all:
                return final_outcome(meant, word, Choice.MEAN_OF_LAST, vocabulary.scale(key), len(meant))
            return final_outcome(meant, word, choice, vocabulary.scale(key))
        newest = run.outcome(word, vocabulary)
        return newest if choice is Choice.LAST else newest._replace(value=None, out_of_range=None)

    def _whole(self, run: Run, key: str) -> History | None:
        """Returns the history with all its points; None if it is empty, absent or only a sample."""
        history = None if (run.run_id, key) in self.sampled else self.histories.get((run.run_id, key))
        return history if history is not None and len(history) else None
