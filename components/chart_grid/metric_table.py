"""The texts of the table of all metrics of a run, in the reader's language."""

from components.texts.language import _


def metric_texts() -> dict[str, str]:
    """Returns headings and sentences; the browser fills in `{…}`."""
    return {
        "title": _("All metrics"),
        "find": _("Find metrics: a part of the name, or /an expression/"),
        "found": _("{n} of {all} metrics"),
        "bad_expression": _("This is not a valid regular expression: {cause}"),
        "metric": _("Metric"),
        "last": _("Last"),
        "least": _("Minimum"),
        "greatest": _("Maximum"),
        "points": _("Points"),
        "step": _("Last step"),
        "when": _("When"),
        "chart_of": _("Chart: {metric}"),
        "pending": _("Minimum and maximum of {n} metrics are still loading."),
        "no_answer": _("Clew does not answer. What is drawn may be out of date."),
        "retry": _("Retry"),
        "nothing": _("This run logged no metrics."),
    }
