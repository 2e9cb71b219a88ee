"""GPU usage per group, as a table and as a CSV file."""

from collections.abc import Sequence
from typing import Any

from dash import html

from components import ids
from components.fleet.fleet_words import group_label
from components.links import run_href
from components.tables import Column, native_table
from components.texts.csv_cells import csv_text
from components.texts.language import _
from domain.fleet.usage import UsageRow

PAGE_SIZE = 25
_KEYS = {"owner", "run", "run_id", "experiment", "host", "gpu"}


def columns() -> list[Column]:
    """Returns the columns of the table."""
    return [
        Column("what", _("Name")),
        Column("gpu_hours", _("GPU-hours"), "numeric", 2),
        Column("mean_utilization", _("Mean utilisation (%)"), "numeric", 1),
        Column("energy_kwh", _("Energy (kWh)"), "numeric", 2),
        Column("energy_covered", _("Energy known (%)"), "numeric", 0),
        Column("idle_reserved_hours", _("Reserved and idle (h)"), "numeric", 2),
        Column("peak_memory_gib", _("Peak memory (GiB)"), "numeric", 1),
        Column("gpus", _("GPUs"), "numeric", 0),
        Column("covered", _("Monitored (%)"), "numeric", 0),
        Column("first", _("Begins"), "datetime"),
        Column("last", _("Ends"), "datetime"),
        Column("details", _("Run"), "link"),
    ]


def table() -> html.Div:
    """Returns the table, empty until its rows come."""
    return native_table(
        ids.FLEET_TABLE,
        columns(),
        label=_("GPU usage"),
        named_by=["what"],
        page_size=PAGE_SIZE,
        selectable=None,
    )


def row(number: int, used: UsageRow) -> dict[str, Any]:
    """Returns a row; missing values are None, and the browser converts times to local time."""
    return {
        "id": number,
        "what": group_label(used.model_dump(include=_KEYS)),
        "gpu_hours": used.gpu_hours,
        "mean_utilization": used.mean_utilization,
        "energy_kwh": used.energy_kwh,
        "energy_covered": used.energy_covered * 100,
        "idle_reserved_hours": used.idle_reserved_hours,
        "peak_memory_gib": None if used.peak_memory_mib is None else used.peak_memory_mib / 1024,
        "gpus": used.gpus,
        "covered": used.covered * 100,
        "first_ms": used.first_ms,
        "last_ms": used.last_ms,
        "page": run_href(used.run_id) if used.run_id else None,
    }


def usage_csv(rows: Sequence[UsageRow]) -> str:
    """Returns all rows as CSV in full precision; missing values are empty."""
    names = list(UsageRow.model_fields)
    return csv_text([names, *([getattr(used, name) for name in names] for used in rows)])


def explained() -> html.P:
    """Returns an explanation of what the numbers include and exclude."""
    text = _(
        "Hours in which a GPU was not monitored are not counted: “Monitored” shows how much of the period is known. If"
        " several use a GPU at the same time, each has an equal share of it."
    )
    return html.P(text, className="small text-body-secondary")
