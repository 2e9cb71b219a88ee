"""Sentences about impossible times of a run."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from components.texts.language import _
from domain.moments import likely_unit
from domain.tracking.clocks import ImplausibleTimes
from domain.tracking.runs import Run

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_MS = 60_000_000_000_000  # in either direction; times beyond, in the years 68 and 3871, mean nothing as a date


def clock_sentences(run: Run, odd: ImplausibleTimes, now: datetime) -> Iterator[str]:
    """Yields sentences about impossible times of `run`, and about what is therefore unknown."""
    yield from _start(odd, now)
    yield from _end(run, odd, now)
    if odd.metrics:
        key, unix_ms = max(odd.metrics.items(), key=lambda item: item[1])
        yield _(
            "Some times of its metrics are invalid, such as that of %(key)s: %(told)s. Charts over time leave such"
            " points out.",
            key=key,
            told=_moment_text(unix_ms, now),
        )


def _start(odd: ImplausibleTimes, now: datetime) -> Iterator[str]:
    if odd.start_ms is not None:
        start_text = _moment_text(odd.start_ms, now)
        yield _("Its start time is invalid: %(told)s. Its duration is unknown.", told=start_text)
    elif odd.start_missing:
        yield _("MLflow has no start time for it: its duration is unknown.")


def _end(run: Run, odd: ImplausibleTimes, now: datetime) -> Iterator[str]:
    if odd.end_ms is not None:
        end_text = _moment_text(odd.end_ms, now)
        yield _("Its end time is invalid: %(told)s. Its duration is unknown.", told=end_text)
    elif odd.end_missing:
        yield _("MLflow has no end time for it: its duration is unknown.")
    elif odd.ends_before_start and run.started_at is not None and run.ended_at is not None:
        start, end = _moment(run.started_at), _moment(run.ended_at)
        yield _("Its end, %(end)s, is before its start, %(start)s: its duration is unknown.", end=end, start=start)


def _moment_text(unix_ms: int, now: datetime) -> str:
    """Returns a time as it was logged, what it means in milliseconds, and the unit that may have been meant."""
    text = f"{unix_ms} ms"
    if abs(unix_ms) <= _MAX_MS:
        text += f" ({_moment(_EPOCH + timedelta(milliseconds=unix_ms))})"
    meant = {"s": _("seconds"), "µs": _("microseconds"), "ns": _("nanoseconds")}
    unit = likely_unit(unix_ms, now)
    return text if unit is None else _("%(told)s, possibly a count of %(unit)s", told=text, unit=meant[unit])


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
