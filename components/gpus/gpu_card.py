"""One GPU as a card: its name, bars for values with a limit, and other values as text.

It is built once, without a GPU: assets/gpu_cards.js copies it for each open GPU, finds its parts by `data-part`, and
formats values as in assets/gpu_numbers.js.
"""

from typing import Any

from dash import html

from components.texts.language import _
from components.texts.words import MISSING


def gpu_card() -> html.Article:
    """Returns the card before its first sample, without values."""
    head = [
        html.H3("", className="h6 mb-0 me-auto", **{"data-part": "title"}),
        html.Span("", className="badge text-bg-danger", hidden=True, **{"data-part": "state"}),
        html.Span("", className="badge text-bg-secondary", hidden=True, **{"data-part": "part"}),
        html.Span(_("recording"), className="badge text-bg-info", hidden=True, **{"data-part": "recording"}),
        html.Button("", className="btn-close", type="button"),
    ]
    return html.Article(
        [
            html.Div(head, className="d-flex flex-wrap gap-1 align-items-center mb-2"),
            _placeholder("trouble", "text-danger-emphasis"),
            _placeholder("misfits-text", "text-warning-emphasis"),
            _bar("utilization", _("Utilisation")),
            _bar("memory", _("Memory")),
            _bar("temperature", _("Temperature")),
            _bar("power", _("Power")),
            html.Dl(
                [
                    _fact("use", _("State")),
                    _fact("owner", _("Used by"), hidden=True),
                    _fact("vendor", _("Vendor"), hidden=True),
                    _fact("clock", _("SM clock")),
                    _fact("fan", _("Fan")),
                    _fact("throttle", _("Slowed down by")),
                    # Only if the monitor was configured to read them, and the GPU has them.
                    _fact("ecc", _("ECC errors"), hidden=True),
                    _fact("pcie", _("PCIe in / out"), hidden=True),
                    _fact("nvlink", _("NVLink in / out"), hidden=True),
                ],
                className="gpu-facts",
            ),
        ],
        className="gpu-card",
    )


def as_json() -> dict[str, Any]:
    """Returns the card as JSON from which the browser builds it."""
    described: dict[str, Any] = _plain(gpu_card())
    return described


def _plain(part: Any) -> Any:
    """Makes nested components plain JSON, too: a Store holds no components."""
    if isinstance(part, list | tuple):
        return [_plain(one) for one in part]
    if not hasattr(part, "to_plotly_json"):
        return part
    described = part.to_plotly_json()
    return {"type": described["type"], "props": {name: _plain(value) for name, value in described["props"].items()}}


def _placeholder(part: str, colour: str) -> html.P:
    """Returns the place of a sentence that is shown only while something is wrong."""
    return html.P("", className=f"small {colour} mb-2", hidden=True, **{"data-part": part})


def _bar(part: str, label: str) -> html.Div:
    """Returns a labelled bar; without a value or a limit it stays empty, and the text shows which is missing."""
    meter: dict[str, Any] = {"aria-label": label, "aria-valuenow": "0", "aria-valuetext": ""}
    return html.Div(
        [
            html.Div(
                [html.Span(label), html.Span(MISSING, className="gpu-value", **{"data-part": f"{part}-text"})],
                className="d-flex justify-content-between small",
            ),
            html.Div(
                html.Div(className="progress-bar", style={"width": "0%"}),
                className=f"progress gpu-{part}",
                role="meter",
                **{"data-part": part, "aria-valuemin": "0", "aria-valuemax": "100"} | meter,
            ),
        ],
        className="mb-2",
    )


def _fact(part: str, label: str, *, hidden: bool = False) -> html.Div:
    return html.Div([html.Dt(label), html.Dd(MISSING, **{"data-part": f"{part}-text"})], hidden=hidden)
