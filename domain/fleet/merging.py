"""Merges duplicate data of a GPU: series of one report that differ in a label, and reports of several monitors."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from domain.fleet.kept_history import GpuUser
from domain.fleet.series import Column, GpuIdentity, GpuSeries


def joined_parts(parts: Sequence[GpuSeries]) -> GpuSeries:
    """Merges the series of one reporter, which starts a new one when a label changes; each step is their weighted mean.

    Their shares of a step add up, to at most 1. Energy does not add up: where pods share a GPU, each series holds the
    counter of the whole GPU.
    """
    if len(parts) == 1:
        return parts[0]
    weights = np.array([part.covered for part in parts])
    sums = weights.sum(axis=0)
    measures = {measure for part in parts for measure in part.columns}
    columns = {measure: _mean([part.column(measure) for part in parts], weights) for measure in measures}
    uses: dict[GpuUser, Column] = defaultdict(lambda: np.zeros(len(sums)))
    for part, weight in zip(parts, weights, strict=True):
        for user, share in part.uses.items():
            uses[user] += share * weight
    shares = {user: np.clip(_quotient(held, sums, 0.0), 0.0, 1.0) for user, held in uses.items()}
    return GpuSeries(parts[0].gpu, np.minimum(1.0, sums), columns, shares)


def merged_reports(reports: Iterable[GpuSeries]) -> list[GpuSeries]:
    """Returns each GPU once, by host and number: in each step, the report with the highest coverage is used.

    A measure that it lacks is taken from the next report.
    """
    by_gpu: dict[str, list[GpuSeries]] = defaultdict(list)
    for report in reports:
        by_gpu[report.gpu.key].append(report)
    return sorted((_merged(found) for found in by_gpu.values()), key=lambda one: place_order(one.gpu))


def place_order(gpu: GpuIdentity) -> tuple[Any, ...]:
    """Sorts by host and number, so that 10 comes after 9."""
    return _natural(gpu.host), _natural(gpu.gpu), gpu.key


def _natural(text: str) -> tuple[tuple[int, int, str], ...]:
    parts = re.findall(r"\d{1,18}|\D+|\d+", text)
    return tuple((0, int(one), "") if one.isdigit() and len(one) <= 18 else (1, 0, one) for one in parts)


def _merged(reports: list[GpuSeries]) -> GpuSeries:
    if len(reports) == 1:
        return reports[0]
    # Sorted, so that the result does not depend on which report came first.
    reports = sorted(reports, key=lambda one: (-float(one.covered.sum()), place_order(one.gpu)))
    covered = np.array([one.covered for one in reports])
    best = covered.argmax(axis=0)  # the first of equals
    steps = np.arange(covered.shape[1])
    columns = {}
    for measure in {measure for one in reports for measure in one.columns}:
        values = np.array([one.column(measure) for one in reports])
        chosen = values[best, steps]
        for other in values:
            chosen = np.where(np.isnan(chosen), other, chosen)
        columns[measure] = chosen
    return GpuSeries(_identity(reports), covered.max(axis=0), columns, _merged_uses(reports))


def _merged_uses(reports: Sequence[GpuSeries]) -> dict[GpuUser, Column]:
    """Returns for each step the users of the report with the highest coverage, among those that know any."""
    knows = np.array([np.sum([np.zeros(len(one.covered)), *one.uses.values()], axis=0) > 0 for one in reports])
    best = np.where(knows, np.array([one.covered for one in reports]), -1.0).argmax(axis=0)
    uses: dict[GpuUser, Column] = defaultdict(lambda: np.zeros(len(best)))
    for place, one in enumerate(reports):
        for user, share in one.uses.items():
            uses[user] = uses[user] + np.where(best == place, share, 0.0)
    return dict(uses)


def _identity(reports: Sequence[GpuSeries]) -> GpuIdentity:
    """Returns the identity in the report with the most coverage; the name of the first report that has one."""
    name = next((one.gpu.name for one in reports if one.gpu.name), None)
    return reports[0].gpu._replace(name=name)


def _mean(values: Sequence[Column], weights: Column) -> Column:
    stacked = np.array(values)
    known = np.where(np.isnan(stacked), 0.0, weights)
    return _quotient((np.nan_to_num(stacked) * known).sum(axis=0), known.sum(axis=0), np.nan)


def _quotient(above: Column, below: Column, otherwise: float) -> Column:
    found: Column = np.divide(above, below, out=np.full(len(below), otherwise), where=below > 0)
    return found
