"""Formatting of values for readers: missing ones are an en dash, never 0."""

import hashlib
import math
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from babel.numbers import format_decimal, get_group_symbol

from components.texts.language import _, language
from domain.registry.models import ModelState
from domain.run_changes.marks import Mark
from domain.tracking.runs import RunStatus
from domain.tracking.silence import STALLED_AFTER
from domain.tracking.tool_names import LossKind
from domain.tracking.vocabulary import MetricWord

MISSING = "–"


def percent(share: float | None) -> str:
    """Returns a share from 0 to 1 as "87.0 %"."""
    return MISSING if share is None else _("%(number)s %%", number=decimal(share * 100, 1))


def decimal(value: float, digits: int = 0) -> str:
    """Returns a number with so many decimals and with thousands separated, in the format of the reader's language."""
    return format_decimal(value, "#,##0" + ("." + "0" * digits if digits else ""), locale=language())


def number(value: float | None) -> str:
    """Returns a measured number with four significant digits."""
    if value is None:
        return MISSING
    return f"{value:.4g}" if math.isfinite(value) else str(value)


def count(value: int | None) -> str:
    """Returns a count with thousands separated: 12,345. It is faster than `decimal`: a long list has thousands."""
    return MISSING if value is None else f"{value:,}".replace(",", get_group_symbol(language()))


def duration(seconds: float | None) -> str:
    """Returns a length of time as "1 h 02 min", "3 min 20 s" or "4.2 s"."""
    if seconds is None:
        return MISSING
    if seconds < 60:
        return _("%(seconds)s s", seconds=f"{seconds:.1f}")
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return _("%(minutes)d min %(seconds)02d s", minutes=minutes, seconds=rest)
    return _("%(hours)d h %(minutes)02d min", hours=minutes // 60, minutes=minutes % 60)


def silence(minutes: int) -> str:
    """Returns the text on how long a run has logged nothing, used wherever that is shown."""
    if minutes < 120:
        return _("no metric for %(minutes)s min", minutes=minutes)
    if minutes < 48 * 60:
        return _("no metric for %(hours)s h", hours=count(minutes // 60))
    return _("no metric for %(days)s days", days=count(minutes // (24 * 60)))


def silence_explanation() -> str:
    """Returns the sentence on what a run's silence may mean, by the pages' rule; alerts have one of their own."""
    limit = round(STALLED_AFTER.total_seconds() / 60)
    return _("A run that logs nothing for more than %(limit)s min may have crashed.", limit=limit)


def unix_ms(moment: datetime | None) -> int | None:
    """Returns a moment as Unix milliseconds, for the browser to show in its own time zone."""
    return None if moment is None else round(moment.timestamp() * 1000)


def metric_name(word: MetricWord) -> str:
    """Returns the displayed name of a metric."""
    return _metric_names(language())[word]


@lru_cache(maxsize=8)  # cached: a figure needs several, and a lookup takes longer than drawing a line
def _metric_names(_language: str) -> dict[MetricWord, str]:
    return {
        "reward": _("Episode reward"),
        "episode_length": _("Episode length"),
        "success_rate": _("Success rate"),
        "loss": _("Loss"),
        "episodes": _("Episodes"),
        "env_steps": _("Environment steps"),
        "eval_reward": _("Evaluation reward"),
        "eval_episode_length": _("Evaluation episode length"),
        "eval_success_rate": _("Evaluation success rate"),
        "throughput": _("Throughput"),
        "learning_rate": _("Learning rate"),
        "entropy": _("Entropy"),
        "kl": _("KL divergence"),
        "policy_loss": _("Policy loss"),
        "value_loss": _("Value loss"),
        "exploration_rate": _("Exploration rate"),
        "gradient_norm": _("Gradient norm"),
    }


def metric_axis(word: MetricWord) -> str:
    """Returns the name of a metric's axis, with its unit."""
    return _metric_axes(language())[word]


@lru_cache(maxsize=8)  # cached: a figure needs several, and a lookup takes longer than drawing a line
def _metric_axes(_language: str) -> dict[MetricWord, str]:
    return {
        "reward": _("Return per episode"),
        "episode_length": _("Steps per episode"),
        "success_rate": _("Success rate (0–1)"),
        "loss": _("Loss"),
        "episodes": _("Episodes"),
        "env_steps": _("Environment steps"),
        "eval_reward": _("Return per episode"),
        "eval_episode_length": _("Steps per episode"),
        "eval_success_rate": _("Success rate (0–1)"),
        "throughput": _("Environment steps per second"),
        "learning_rate": _("Learning rate"),
        "entropy": _("Entropy (nats)"),
        "kl": _("KL divergence (nats)"),
        "policy_loss": _("Policy loss"),
        "value_loss": _("Value loss"),
        "exploration_rate": _("Exploration rate (0–1)"),
        "gradient_norm": _("Gradient norm"),
    }


def loss_kind(kind: LossKind) -> str:
    """Returns the name of a kind of loss, for use within a sentence."""
    return {
        "total": _("total loss"),
        "value": _("loss of the value function"),
        "critic": _("loss of the critic"),
        "policy": _("loss of the policy"),
    }[kind]


def metric_as_logged(word: MetricWord) -> str:
    """Returns the axis title of a rate that was logged in an unknown unit."""
    return _("%(metric)s, as logged", metric=metric_name(word))


def status_name(status: RunStatus) -> str:
    """Returns a run's state in the reader's language."""
    return {
        RunStatus.RUNNING: _("running"),
        RunStatus.SCHEDULED: _("scheduled"),
        RunStatus.FINISHED: _("finished"),
        RunStatus.FAILED: _("failed"),
        RunStatus.KILLED: _("killed"),
    }[status]


def mark_name(mark: Mark) -> str:
    """Returns the name of a mark in the reader's language."""
    return {Mark.BASELINE: _("baseline"), Mark.ARCHIVED: _("archived")}[mark]


def marks(held: Iterable[Mark]) -> str:
    """Returns the names of all marks of a run."""
    return " · ".join(map(mark_name, held))


def model_state(state: ModelState) -> str:
    """Returns the name of a model's state in the reader's language."""
    return {
        ModelState.ACTIVE: _("active"),
        ModelState.INACTIVE: _("inactive"),
        ModelState.DELETED: _("deleted"),
    }[state]


def fingerprint(text: str) -> str:
    """Returns a digest of a text: a page that already shows the same one is not sent it again."""
    return hashlib.sha256(text.encode()).hexdigest()


def overruled_deletion() -> str:
    """Returns the sentence on an activation that overruled a deletion of the same model."""
    return _("It was deleted at the same time: once another model is active, it is listed as deleted.")
