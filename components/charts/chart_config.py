"""The labels of a chart's buttons, and its date formats, in the reader's language."""

from typing import Any

from babel.dates import get_day_names, get_month_names

from components.texts.language import _, language


def chart_config(buttons: list[str], *, name: str | None = None) -> dict[str, Any]:
    """Returns Plotly's configuration for a chart with these buttons; `name` is that of its PNG file."""
    image = {"format": "png", "scale": 2, "filename": name} if name else {}
    return {
        "displaylogo": False,
        "responsive": True,
        "modeBarButtons": [buttons],
        **({"toImageButtonOptions": image} if image else {}),
        "locale": language(),
        "locales": {language(): {"dictionary": _dictionary(), "format": _format()}},
    }


def _dictionary() -> dict[str, str]:
    """Returns translations by Plotly's English text: for the buttons in use, and for the messages on charts."""
    return {
        "Download plot as a PNG": _("Download as PNG"),
        "Zoom": _("Zoom"),
        "Pan": _("Pan"),
        "Zoom in": _("Zoom in"),
        "Zoom out": _("Zoom out"),
        "Reset axes": _("Reset the zoom"),
        "Autoscale": _("Reset the zoom"),
        "Double-click to zoom back out": _("Double-click to reset the zoom"),
        "Double-click on legend to isolate one trace": _("Double-click a name to see it alone"),
        "Taking snapshot - this may take a few seconds": _("Drawing the picture…"),
        "Snapshot succeeded": _("The picture is drawn."),
        "Sorry, there was a problem downloading your snapshot!": _("The picture could not be drawn."),
    }


def _format() -> dict[str, Any]:
    months, days = range(1, 13), (6, 0, 1, 2, 3, 4, 5)  # Babel's weeks begin on Monday, Plotly's on Sunday
    long, short = (get_month_names(width, locale=language()) for width in ("wide", "abbreviated"))
    long_days, short_days = (get_day_names(width, locale=language()) for width in ("wide", "abbreviated"))
    return {
        "months": [long[month] for month in months],
        "shortMonths": [short[month] for month in months],
        "days": [long_days[day] for day in days],
        "shortDays": [short_days[day] for day in days],
        # Translators: the parts of a date, as d3 writes them: %Y year, %b month, %-d day.
        "date": _("%m/%d/%Y"),
        "month": _("%b %Y"),
        "dayMonth": _("%b %-d"),
        "dayMonthYear": _("%b %-d, %Y"),
    }
