"""What a metric came to, in words: a value, where it diverged, or a rate that is none."""

from collections.abc import Mapping, Sequence

from components.texts import words
from components.texts.language import _
from domain.tracking.outcomes import Diverged, NotFinite, Outcome, Survivors

# More steps than these at which runs of a group ended nobody reads.
MOST_STEPS = 3
# With a minus sign, and no hyphen, at which a line would break.
_SHORT = {NotFinite.NAN: "NaN", NotFinite.INFINITY: "inf", NotFinite.MINUS_INFINITY: "−inf"}
_MACHINE = {NotFinite.NAN: "NaN", NotFinite.INFINITY: "inf", NotFinite.MINUS_INFINITY: "-inf"}


def outcome_text(outcome: Outcome, value: str) -> str:
    """Returns what a cell says; `value` is its value as text, which counts where there is one."""
    found = [] if outcome.value is None else [value]
    if outcome.out_of_range is not None:
        found.append(out_of_range(outcome.out_of_range))
    if outcome.diverged is not None:
        found.append(diverged(outcome.diverged))
    return "; ".join(found) or words.MISSING


def diverged(end: Diverged) -> str:
    """Returns where a metric diverged; what is only its newest point is no more than that."""
    value, step = _SHORT[end.value], words.count(end.step)
    if end.is_first:
        return _("diverged at step %(step)s (%(value)s)", step=step, value=value)
    return _("diverged (%(value)s at step %(step)s)", step=step, value=value)


def named(ends: Mapping[str, Diverged]) -> str:
    """Returns where the metrics of a run diverged, by name; those that did so in one step together."""
    together: dict[tuple[NotFinite, int, bool], list[str]] = {}
    for key, end in ends.items():
        together.setdefault((end.value, end.step, end.is_first), []).append(key)
    return "; ".join(f"{diverged(ends[keys[0]])}: {', '.join(keys)}" for keys in together.values())


def remarks(ends: Mapping[str, Diverged], rates: Mapping[str, float]) -> str:
    """Returns what is to be said of a run's metrics in one cell.

    Those that diverged, and rates that are none, as logged.
    """
    rate_texts = [f"{out_of_range(rate)} ({key})" for key, rate in rates.items()]
    return "; ".join([named(ends), *rate_texts] if ends else rate_texts)


def no_value() -> tuple[str, str]:
    """Returns what the cell of a number says in its place: where it diverged, and where it is a rate out of range."""
    return _("diverged"), _("out of range")


def out_of_range(logged: float) -> str:
    """Returns a rate that is outside of 0 to 1, as it was logged."""
    return _("out of range: %(value)s", value=words.number(logged))


def survivors_text(runs: int, ends: Sequence[Survivors]) -> str:
    """Returns how many of a group's `runs` diverged, and from where on how many are left."""
    left = ends[-1].left if ends else runs
    head = _("%(n)s of %(runs)s diverged", n=runs - left, runs=runs)
    steps = [
        _("%(left)s left from step %(step)s", left=end.left, step=words.count(end.step))
        if end.is_first
        else _("%(left)s left from step %(step)s or before", left=end.left, step=words.count(end.step))
        for end in (ends if len(ends) <= MOST_STEPS else [*ends[: MOST_STEPS - 1], ends[-1]])
    ]
    if len(ends) > MOST_STEPS:
        steps.insert(-1, "…")
    return f"{head}: {', '.join(steps)}"


def machine_text(end: Diverged) -> str:
    """Writes an outcome as it stands in a CSV file, whatever the reader's language."""
    return f"step {end.step}{'' if end.is_first else ' or before'}: {machine_value(end)}"


def machine_value(end: Diverged) -> str:
    """Returns what a metric ended in, as a CSV file has it."""
    return _MACHINE[end.value]
