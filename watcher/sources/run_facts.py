"""Facts about a run for its alerts, and how long a silence counts as a stall."""

from typing import Final, NamedTuple

import numpy as np

from domain.alerts.alert import Subject
from domain.tracking.history import History
from domain.tracking.runs import Run
from domain.tracking.silence import STALLED_AFTER, is_system_metric
from domain.tracking.vocabulary import MetricWord, Vocabulary

# Pages apply STALLED_AFTER to every run, because the usual interval of each would cost a request for its history. The
# watcher fetches it for silent runs only, so it notices a fast run sooner and sends no false alert about a slow one.
STALLED_TIMES: Final = 10
MIN_SECONDS: Final = 120.0
UNKNOWN_SECONDS: Final = STALLED_AFTER.total_seconds()
"""The silence after which a run counts as stalled if its usual interval is unknown."""
_MIN_POINTS: Final = 3
_SCORES: Final[tuple[MetricWord, ...]] = ("success_rate", "reward")


class Score(NamedTuple):
    """A run's final score, by the metric that its tool logs; `text` is its displayed form."""

    key: str
    logged: float
    text: str


def score_of(run: Run, vocabulary: Vocabulary) -> Score | None:
    """Returns its success rate, else its reward; None if it logged neither, or it diverged."""
    for word in _SCORES:
        key, value = run.metric_key(word, vocabulary), run.latest(word, vocabulary)
        if key is not None and value is not None:
            text = f"{value * 100:.4g} %" if word == "success_rate" else f"{value:.5g}"
            return Score(key, run.metrics[key].value, text)
    return None


def ended_ms(run: Run, unknown: int) -> int:
    """Returns when it ended, in Unix ms.

    Without a plausible time, `unknown`, or its start if that is later.
    """
    moment = run.ended_at or run.started_at
    at = 0 if moment is None else round(moment.timestamp() * 1000)
    return at if run.ended_at is not None else max(at, unknown)


def subject_of(run: Run, key: str) -> Subject:
    """Returns the run as the subject of an alert."""
    return Subject(
        key=key,
        name=(run.name or run.run_id[:8])[:300],
        experiment=run.experiment[:300],
        run_id=run.run_id,
        page=f"/mlflow/runs/{run.run_id}",
    )


def newest_point(run: Run) -> tuple[str, int] | None:
    """Returns the metric that the run logged last, and when by its own clock; None if it logged none."""
    own = [(point.timestamp, key) for key, point in run.metrics.items() if not is_system_metric(key)]
    if not own:
        return None
    at, key = max(own)
    return key, at


def silence_key(run: Run) -> str:
    """Returns a key that stays the same for as long as the run logs nothing."""
    point = newest_point(run)
    return f"{run.run_id} {0 if point is None else point[1]}"


def usual_seconds(history: History) -> float | None:
    """Returns the median interval between its points in seconds.

    None if there are too few. Points with the same time count as one.
    """
    moments = np.unique(history.timestamp)
    if len(moments) < _MIN_POINTS:
        return None
    return float(np.median(np.diff(moments))) / 1000


def stalled_after(usual: float | None) -> float:
    """Returns after how many seconds of silence a run with this usual interval counts as stalled."""
    return UNKNOWN_SECONDS if usual is None else max(MIN_SECONDS, STALLED_TIMES * usual)
