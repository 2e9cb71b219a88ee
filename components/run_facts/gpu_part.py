"""The GPUs of a run on its page: those that it uses now, and those that it used."""

import json
import math
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote

import numpy as np
from dash import html

from components.links import href
from components.run_facts.lineage import part_table
from components.run_facts.logged_values import Part
from components.texts import words
from components.texts.language import _
from components.texts.translate import translate
from domain.errors.fleet.history import is_gap
from domain.fleet.run_gpus import RunGpu
from domain.fleet.series import Column, Steps
from domain.messages import Reason
from domain.run_facts.gpu_use import GpuUse

_WIDTH, _HEIGHT = 160, 28
_COLOUR: Final = "#3d8bfd"  # visible on a light and on a dark page


def gpus(
    uses: Sequence[GpuUse],
    had: Sequence[RunGpu] = (),
    steps: Steps | None = None,
    run_id: str = "",
    *,
    remarks: Sequence[Reason] = (),
) -> Part:
    """Returns a row for each process of the run on a GPU now, and for each GPU that it used.

    `remarks` say which GPUs may be missing. Without any rows it has no entries, unless a host's are not known.
    """
    body: list[Any] = []
    if uses:
        head = [_("Host"), _("GPU"), _("Utilisation"), _("Memory"), _("Temperature"), _("Memory of this run")]
        body.append(part_table(_("GPUs in use now"), head, [_row(use) for use in uses]))
    if had and steps is not None:
        title, head = _("During the run"), [_("GPU"), _("Hours"), _("Mean utilisation"), _("Peak memory"), _("Energy")]
        head += [_("Monitored"), _("Utilisation")]
        body += [html.H3(title, className="h6"), part_table(title, head, [_past(one) for one in had])]
        body.append(html.P(html.A(_("Their history"), href=_history(steps, run_id))))
    if remarks:
        sentences = [html.Div(translate(remark)) for remark in remarks]
        body.append(html.Div(sentences, className="alert alert-warning py-2", role="status"))
    body.append(html.P(html.A(_("All GPUs"), href=href("/gpu"))))
    # A host's own note is no reason to show the part: one without a driver has the same at each run.
    return Part(body, len(uses) + len(had) or int(any(map(is_gap, remarks))))


def _history(steps: Steps, run_id: str) -> str:
    return href("/gpu/history", since_ms=str(steps.since_ms), until_ms=str(steps.until_ms), q=run_id)


def _past(one: RunGpu) -> list[Any]:
    used = one.used
    return [
        f"{used.host} · {used.gpu}",
        words.decimal(used.gpu_hours, 2),
        _with_unit(used.mean_utilization, "%"),
        _with_gib(used.peak_memory_mib),
        words.MISSING if used.energy_kwh is None else f"{words.decimal(used.energy_kwh, 2)} kWh",
        words.percent(one.covered),
        _sparkline(one.utilization, used.mean_utilization),
    ]


def _sparkline(values: Column, mean: float | None) -> html.Img:
    """Returns a small picture of the utilisation over the run's time; gaps are gaps."""
    width = _WIDTH / max(1, len(values))
    points = [
        None if math.isnan(value) else f"{(place + 0.5) * width:.1f},{_HEIGHT - 1 - value / 100 * (_HEIGHT - 2):.1f}"
        for place, value in enumerate(np.asarray(values, float))
    ]
    paths = " ".join(f"M{' '.join(part)}" for part in _unbroken(points, width))
    picture = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}">'
        f'<path d="{paths}" fill="none" stroke="{_COLOUR}" stroke-width="1.5" stroke-linecap="round"/></svg>'
    )
    caption = _("Utilisation over the time of the run, %(mean)s on average", mean=_with_unit(mean, "%"))
    return html.Img(src=f"data:image/svg+xml,{quote(picture)}", alt=caption, width=_WIDTH, height=_HEIGHT)


def _unbroken(points: Sequence[str | None], width: float) -> list[list[str]]:
    """Returns the segments between gaps; a single point becomes a stroke as wide as its step."""
    parts: list[list[str]] = [[]]
    for point in points:
        if point is not None:
            parts[-1].append(point)
        elif parts[-1]:
            parts.append([])
    return [part if len(part) > 1 else [part[0], f"h{width:.1f}"] for part in parts if part]


def _row(use: GpuUse) -> list[Any]:
    gpu = use.gpu
    return [
        use.host,
        f"{gpu.gpu_id} · {gpu.name or words.MISSING}",
        _reading("utilization", utilization=gpu.utilization),
        _reading("memory", memory_used=gpu.memory_used, memory_total=gpu.memory_total),
        _reading("temperature", temperature=gpu.temperature),
        _reading("process_memory", memory_used=use.process.memory_used),
    ]


def _reading(what: str, **numbers: float | None) -> html.Span:
    """Returns the current values of a GPU: assets/gpu_numbers.js formats them, as it does those from a socket."""
    return html.Span(**{"data-gpu-reading": what, "data-numbers": json.dumps(numbers)})


def _with_unit(value: float | None, unit: str) -> str:
    return words.MISSING if value is None else f"{words.decimal(value)} {unit}"


def _with_gib(mib: float | None) -> str:
    return words.MISSING if mib is None else f"{words.decimal(mib / 1024, 1)} GiB"
