"""The history from Prometheus: converts series of several metrics to GPUs."""

from collections import defaultdict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np

from domain.errors.names import PROMETHEUS
from domain.fleet.counters import increases
from domain.fleet.kept_history import GpuUser
from domain.fleet.merging import joined_parts, merged_reports
from domain.fleet.series import Column, FleetHistory, GpuIdentity, GpuSeries, HistorySource, Measure, Steps
from domain.fleet.spans import coarser
from domain.messages import Reason
from services.fleet.metric_names import (
    BOUNDS,
    EXPRESSIONS,
    PRESENT,
    SAMPLED,
    USERS,
    Reporter,
    identity_of,
    pod_of,
    reporter_of,
    user_of,
)
from services.fleet.prometheus_api import PrometheusApi, RangeAnswer

_AT_ONCE: Final = 4
_UNKNOWN_SCRAPE_MS: Final = 60_000
_SAMPLED: Final = 50  # series: enough to estimate the scrape interval
_SAMPLES_A_STEP: Final = 2  # else a step might contain none, though nothing is missing
_MAX_VALUES: Final = 1_500_000  # of one metric: 10,000 GPUs are read in 150 steps
_FULL_FROM: Final = 0.9
_FEW_SAMPLES: Final = 10  # in a step, so that one more or less is a large difference
_USUALLY: Final = 0.1
_MAX_WATTS: Final = BOUNDS[Measure.POWER][1]
Place = tuple[Reporter, str]


class PrometheusHistory:
    """Reads the history of all GPUs in Prometheus, from any exporter."""

    source = HistorySource.PROMETHEUS
    name = PROMETHEUS
    only_where_drawn = frozenset({Measure.TEMPERATURE})
    """Not needed by the table."""

    def __init__(self, api: PrometheusApi) -> None:
        self._api = api

    def read(self, wanted: Steps, drawn: Measure | None = None) -> FleetHistory:
        """Returns the GPUs over a span, in steps as fine as is reasonable; raises a `ServiceError`."""
        steps = self._coarsened(wanted)
        window = f"{steps.step_ms // 1000}s"
        queries: dict[str, str] = {"present": PRESENT, "users": USERS}
        left_out = self.only_where_drawn - {drawn}
        queries |= {str(measure): text for measure, text in EXPRESSIONS.items() if measure not in left_out}
        with ThreadPoolExecutor(_AT_ONCE, "prometheus") as threads:
            begun = {
                name: threads.submit(self._api.query_range, expression.format(window=window), steps)
                for name, expression in queries.items()
            }
        answers = {name: future.result() for name, future in begun.items()}
        remarks = {str(remark): remark for answer in answers.values() for remark in answer.remarks}
        gpus = merged_reports(_reports(answers, steps))
        return FleetHistory(steps, self.source, gpus, list[Reason](remarks.values()))

    def _coarsened(self, steps: Steps) -> Steps:
        """Returns steps no finer than two scrape intervals, and no more than Prometheus can answer."""
        sampled_at = self._api.sample_times(SAMPLED, steps.until_ms)
        gaps = [float(np.median(np.diff(times))) for times in sampled_at[:_SAMPLED] if len(times) > 1]
        scrape_ms = max(gaps, default=_UNKNOWN_SCRAPE_MS)
        return coarser(steps, round(_SAMPLES_A_STEP * scrape_ms), _MAX_VALUES // max(1, len(sampled_at)))


def _reports(answers: Mapping[str, RangeAnswer], steps: Steps) -> list[GpuSeries]:
    """Returns a series for each pair of GPU and target."""
    parts: dict[Place, dict[frozenset[tuple[str, str]], dict[str, Column]]] = defaultdict(lambda: defaultdict(dict))
    identities: dict[Place, GpuIdentity] = {}
    pods: dict[frozenset[tuple[str, str]], GpuUser | None] = {}
    for name in ("present", *EXPRESSIONS):
        for labels, values in answers[name].series if name in answers else ():
            gpu = identity_of(labels)
            if gpu is not None:
                place = (reporter_of(labels), gpu.key)
                own = frozenset(item for item in labels.items() if item[0] != "__name__")
                identities.setdefault(place, gpu)
                pods.setdefault(own, pod_of(labels))
                parts[place][own][name] = values
    full = _full_counts(answers["present"])
    users = _user_counts(answers["users"])
    reports = []
    for place, by_labels in parts.items():
        # For a split GPU the monitor reports other metrics, but not its presence: its parts are counted.
        if place[0] in full and not any("present" in columns for columns in by_labels.values()):
            continue
        part_series = [
            _part(identities[place], columns, full.get(place[0]), pods[own], steps)
            for own, columns in by_labels.items()
        ]
        counts = [columns["present"] for columns in by_labels.values() if "present" in columns]
        reports.append(_with_users(joined_parts(part_series), users.get(place, {}), counts))
    return reports


def _part(
    gpu: GpuIdentity, columns: Mapping[str, Column], full: float | None, pod: GpuUser | None, steps: Steps
) -> GpuSeries:
    values = {measure: _plausible(columns[measure], measure) for measure in Measure if measure in columns}
    if Measure.ENERGY in values:
        # From the beginning of one step to the end of the next one at most.
        values[Measure.ENERGY] = increases(values[Measure.ENERGY], 2 * _MAX_WATTS * steps.step_ms / 1000)
    if full and "present" in columns:
        covered = np.minimum(1.0, np.nan_to_num(columns["present"]) / full)
    else:  # the number of samples is unknown
        known = [~np.isnan(column) for column in columns.values()]
        covered = np.any(known, axis=0).astype(float)
    return GpuSeries(gpu, covered, values, {} if pod is None else {pod: (covered > 0).astype(float)})


def _plausible(column: Column, measure: Measure) -> Column:
    """Removes implausible values: drivers report about 2^63 for unknown ones."""
    low, high = BOUNDS[measure]
    return np.where((column >= low) & (column <= high), column, np.nan)


def _full_counts(present: RangeAnswer) -> dict[Reporter, float]:
    """Returns the number of samples in a complete step, by target: the median of the largest counts.

    If a step is no multiple of the scrape interval, its complete count varies by one: the lower one is used.
    """
    counts: dict[Reporter, list[Column]] = defaultdict(list)
    for labels, values in present.series:
        counts[reporter_of(labels)].append(values[values > 0])
    full = {}
    for reporter, columns in counts.items():
        found = np.concatenate(columns)
        if len(found) and found.max() < _FEW_SAMPLES:
            full[reporter] = float(np.quantile(found[found >= found.max() - 1], _USUALLY, method="lower"))
        elif len(found):
            full[reporter] = float(np.median(found[found >= _FULL_FROM * found.max()]))
    return full


def _user_counts(users: RangeAnswer) -> dict[Place, dict[GpuUser, Column]]:
    """Returns in how many samples of each step each user had a GPU."""
    counts: dict[Place, dict[GpuUser, Column]] = defaultdict(dict)
    for labels, values in users.series:
        gpu, user = identity_of(labels), user_of(labels)
        if gpu is not None and user is not None:
            held = counts[reporter_of(labels), gpu.key]
            held[user] = held.get(user, np.zeros(len(values))) + np.nan_to_num(values)
    return counts


def _with_users(series: GpuSeries, counts: Mapping[GpuUser, Column], present: list[Column]) -> GpuSeries:
    if not counts or not present:
        return series
    present_counts = np.nan_to_num(np.array(present)).sum(axis=0)
    shares = {
        user: np.minimum(
            1.0, np.divide(count, present_counts, out=np.zeros(len(present_counts)), where=present_counts > 0)
        )
        for user, count in counts.items()
    }
    return GpuSeries(series.gpu, series.covered, series.columns, {**series.uses, **shares})
