"""Labels of the GPU history page, in the reader's language."""

from collections.abc import Mapping

from components.texts import words
from components.texts.language import _
from domain.fleet.queries import FleetQuery
from domain.fleet.series import HistorySource, Measure
from domain.fleet.spans import Range
from domain.fleet.usage import Grouping, group_name


def ranges() -> dict[str, str]:
    """Returns the time ranges, all of which end now."""
    return {Range.HOUR: _("The last hour"), Range.DAY: _("The last day"), Range.WEEK: _("The last week")}


def groupings() -> dict[str, str]:
    """Returns the ways to group lines and rows."""
    return {
        Grouping.GPU: _("GPU"),
        Grouping.HOST: _("Host"),
        Grouping.OWNER: _("Owner"),
        Grouping.RUN: _("Run"),
        Grouping.EXPERIMENT: _("Experiment"),
    }


def measure_name(measure: Measure) -> str:
    """Returns the name of a measure."""
    return measures()[measure]


def measures() -> dict[str, str]:
    """Returns the measures that can be drawn."""
    return {
        Measure.UTILIZATION: _("Utilisation"),
        Measure.MEMORY_USED: _("Memory"),
        Measure.TEMPERATURE: _("Temperature"),
        Measure.POWER: _("Power"),
    }


def measure_axis(measure: Measure) -> str:
    """Returns the axis title of a measure, with the unit."""
    return {
        Measure.UTILIZATION: _("Utilisation (%)"),
        Measure.MEMORY_USED: _("Memory (GiB)"),
        Measure.TEMPERATURE: _("Temperature (°C)"),
        Measure.POWER: _("Power (W)"),
    }[measure]


def nothing_found(question: FleetQuery, *, of_gpus: int) -> str:
    """Returns why nothing is found for the question; `of_gpus` is how many GPUs are known in the time range."""
    if question.q.strip() and not of_gpus:
        return _("Nothing in this period has “%(sought)s” in its name.", sought=question.q.strip())
    if not of_gpus:
        return _("No GPU was recorded in this period.")
    if question.by in (Grouping.GPU, Grouping.HOST):
        return _(
            "None of these GPUs reported this value in this period: %(measure)s.",
            measure=measure_name(question.measure),
        )
    return _("No use of a GPU is known in this period.")


def group_label(key: Mapping[str, str | None]) -> str:
    """Returns the label of a group from the parts of its key; "not known" if it has none."""
    return group_name(key) or words.MISSING


def source_text(source: HistorySource) -> str:
    """Returns the name of the source of the history."""
    if source is HistorySource.PROMETHEUS:
        return _("From Prometheus.")
    return _("From the GPU monitors, each of which keeps a day (set PROMETHEUS_URL for more).")
