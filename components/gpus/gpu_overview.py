"""The overview of all GPUs: filters, counts, and the map, drawn by assets/gpu_map.js."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from components import ids
from components.gpus.gpu_texts import EVERY, NOTHING, groups, metrics, nothing, uses
from components.texts.language import _

HEAT_STEPS = 9
"""Colours of the map's scale; assets/clew_gpus.css and assets/gpu_numbers.js have the same number."""


def overview(metric: str, group: str, host: str, owner: str, state: str, run: str) -> html.Section:
    """Returns the map with its controls, preset from the address.

    Unknown values are ignored.
    """
    controls = [
        _choice(ids.GPU_METRIC, _("Show"), metrics(), _offered(metric, metrics())),
        _choice(ids.GPU_GROUP, _("Sort by"), groups(), _offered(group, groups())),
        _labelled(ids.GPU_HOST, _("Host"), dbc.Input(id=ids.GPU_HOST, type="search", value=host, size="sm")),
        # assets/gpu_view.js adds the owners and runs that exist.
        _choice(ids.GPU_OWNER, _("Owner"), _any_option("owner", owner), owner or EVERY),
        _choice(ids.GPU_STATE, _("State"), {EVERY: _("all")} | uses(), state if state in uses() else EVERY),
        _choice(ids.GPU_RUN, _("Run"), _any_option("run", run), run or EVERY),
    ]
    return html.Section(
        [
            html.Div(controls, className="gpu-controls", role="search", **{"aria-label": _("Which GPUs to show")}),
            html.P(id=ids.GPU_WORDS, className="mb-1"),
            html.Div(html.Div(id=ids.GPU_MAP, className="gpu-map", role="grid"), className="gpu-map-frame"),
            _legend(),
        ],
        id=ids.GPU_OVERVIEW,
        className="panel",
        hidden=True,
        **{"aria-label": _("All GPUs")},
    )


def opened() -> html.Section:
    """Returns the cards of the open GPUs, and the buttons that open and close many at once."""
    buttons = [
        dbc.Button("", id=ids.GPU_OPEN_ALL, size="sm", outline=True, color="secondary"),
        dbc.Button(_("Close all"), id=ids.GPU_CLOSE_ALL, size="sm", outline=True, color="secondary"),
    ]
    return html.Section(
        [
            html.Div(buttons, className="d-flex flex-wrap gap-2 my-2"),
            html.P(id=ids.GPU_OPEN_NOTE, className="small text-body-secondary mb-1", role="status"),
            html.Div(id=ids.GPU_CARDS, className="gpu-cards"),
        ],
        **{"aria-label": _("Open GPUs")},
    )


def hosts(lines_id: str) -> html.Section:
    """Returns the list of hosts: their connections and errors; if there are many, a count of healthy ones."""
    return html.Section(
        [
            html.P(className="small text-body-secondary mb-1", **{"aria-live": "polite"}),
            html.Ul(id=lines_id, className="gpu-hosts"),
        ],
        **{"aria-label": _("Hosts")},
    )


def _offered(value: str, options: dict[str, str]) -> str:
    return value if value in options else next(iter(options))


def _any_option(what: str, chosen: str) -> dict[str, str]:
    """Returns the options before the first message: all, and the value in the address."""
    return {EVERY: _("all")} | ({chosen: nothing()[what] if chosen == NOTHING else chosen} if chosen else {})


def _choice(component_id: str, label: str, options: dict[str, str], value: str) -> html.Div:
    offered = [{"label": text, "value": key} for key, text in options.items()]
    return _labelled(component_id, label, dbc.Select(id=component_id, options=offered, value=value, size="sm"))


def _labelled(component_id: str, label: str, control: Any) -> html.Div:
    return html.Div([dbc.Label(label, html_for=component_id, class_name="small mb-0"), control])


def _legend() -> html.Div:
    """Returns the legend of colours and marks; the numbers at the ends belong to the chosen metric."""
    steps = [html.Span(className="gpu-step", **{"data-heat": str(step)}) for step in range(HEAT_STEPS)]
    marks = [
        _mark(_("not known"), **{"data-unknown": "", "data-heat": "none"}),
        _mark(_("idle but reserved"), **{"data-use": "reserved", "data-heat": "0"}),
        _mark(_("lost, or cannot be read"), **{"data-use": "lost", "data-unknown": "", "data-heat": "none"}),
        _mark(_("outdated"), **{"data-old": "", "data-heat": "0"}),
    ]
    scale = [html.Span(id=ids.GPU_SCALE_LOW), *steps, html.Span(id=ids.GPU_SCALE_HIGH)]
    return html.Div([html.Span(scale, className="gpu-scale"), *marks], className="gpu-legend small")


def _mark(label: str, **data: str) -> html.Span:
    return html.Span([html.Span(className="gpu-cell", **{"aria-hidden": "true"} | data), label], className="gpu-mark")
