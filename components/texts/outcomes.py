"""A metric's outcome in words: a value, where it diverged, or a rate outside of 0 to 1."""

from collections.abc import Mapping, Sequence

from components.texts import words
from components.texts.language import _
from domain.tracking.outcomes import Diverged, NotFinite, Outcome, Survivors

# At most so many steps at which runs of a group diverged are listed.
MAX_STEPS = 3
# With a minus sign: at a hyphen a line would break.
_SHORT = {NotFinite.NAN: "NaN", NotFinite.INFINITY: "inf", NotFinite.MINUS_INFINITY: "−inf"}
_MACHINE = {NotFinite.NAN: "NaN", NotFinite.INFINITY: "inf", NotFinite.MINUS_INFINITY: "-inf"}


def outcome_text(outcome: Outcome, value: str) -> str:
    """Returns the text of a cell; `value` is the value as text, which is used if there is one."""
    found = [] if outcome.value is None else [value]
    if outcome.out_of_range is not None:
        found.append(out_of_range(outcome.out_of_range))
    if outcome.diverged is not None:
        found.append(diverged(outcome.diverged))
    return "; ".join(found) or words.MISSING


def diverged(end: Diverged) -> str:
    """Returns where a metric diverged; if only its newest point is known, no more than that."""
    value, step = _SHORT[end.value], words.count(end.step)
    if end.is_first:
        return _("diverged at step %(step)s (%(value)s)", step=step, value=value)
    return _("diverged (%(value)s at step %(step)s)", step=step, value=value)


def divergence_text(ends: Mapping[str, Diverged]) -> str:
    """Returns where the metrics of a run diverged, by name; those that diverged at the same step are combined."""
    together: dict[tuple[NotFinite, int, bool], list[str]] = {}
    for key, end in ends.items():
        together.setdefault((end.value, end.step, end.is_first), []).append(key)
    return "; ".join(f"{diverged(ends[keys[0]])}: {', '.join(keys)}" for keys in together.values())


def remarks(ends: Mapping[str, Diverged], rates: Mapping[str, float]) -> str:
    """Returns all remarks on a run's metrics for one cell.

    These are divergences, and rates outside of 0 to 1, as logged.
    """
    rate_texts = [f"{out_of_range(rate)} ({key})" for key, rate in rates.items()]
    return "; ".join([divergence_text(ends), *rate_texts] if ends else rate_texts)


def no_value() -> tuple[str, str]:
    """Returns the texts of a number's cell without a number: if it diverged, and if it is a rate out of range."""
    return _("diverged"), _("out of range")


def out_of_range(logged: float) -> str:
    """Returns a rate that is outside of 0 to 1, as it was logged."""
    return _("out of range: %(value)s", value=words.number(logged))


def survivors_text(runs: int, ends: Sequence[Survivors]) -> str:
    """Returns how many of a group's `runs` diverged, and how many remain from which step on."""
    left = ends[-1].left if ends else runs
    head = _("%(n)s of %(runs)s diverged", n=runs - left, runs=runs)
    steps = [
        _("%(left)s left from step %(step)s", left=end.left, step=words.count(end.step))
        if end.is_first
        else _("%(left)s left from step %(step)s or before", left=end.left, step=words.count(end.step))
        for end in (ends if len(ends) <= MAX_STEPS else [*ends[: MAX_STEPS - 1], ends[-1]])
    ]
    if len(ends) > MAX_STEPS:
        steps.insert(-1, "…")
    return f"{head}: {', '.join(steps)}"


def machine_text(end: Diverged) -> str:
    """Writes an outcome as text for a CSV file, independent of the reader's language."""
    return f"step {end.step}{'' if end.is_first else ' or before'}: {machine_value(end)}"


def machine_value(end: Diverged) -> str:
    """Returns the last value of a diverged metric as text for a CSV file."""
    return _MACHINE[end.value]
