"""One GPU as a card: its name, bars for what has a limit, and the rest in words.

The card is drawn when a GPU appears or changes its state: of elements of HTML alone, which assets/live_text.js makes.
The numbers in it are then kept by assets/gpu_cards.js, which finds them by `data-part` and writes them by the same
rules.
"""

from itertools import zip_longest
from typing import Any

from dash import html

from components.texts.language import _
from components.texts.translate import translate
from components.texts.words import MISSING
from domain.gpus import Gpu, GpuState
from domain.message_data import message_in

_MIB_PER_GIB = 1024
_KIB_PER_MIB = 1024


def gpu_card(gpu: Gpu, *, recording: bool = False) -> html.Article:
    """The card of a GPU at one moment."""
    name = gpu.name or _("GPU")
    head = [html.H3([f"{gpu.gpu_id} · ", name], className="h6 mb-0 me-auto"), _badge(gpu.state), _recorded(recording)]
    return html.Article(
        [
            html.Div(head, className="d-flex flex-wrap gap-1 align-items-center mb-2"),
            _trouble(gpu) if gpu.error or gpu.code else None,
            _misfits(),
            _bar("utilization", _("Utilisation"), gpu.utilization, 100, _percent(gpu.utilization)),
            _bar("memory", _("Memory"), gpu.memory_used, gpu.memory_total, _memory(gpu)),
            _bar("temperature", _("Temperature"), gpu.temperature, gpu.temperature_limit, _temperature(gpu)),
            _bar("power", _("Power"), gpu.power, gpu.power_limit, _power(gpu)),
            html.Dl(
                [
                    _fact("clock", _("SM clock"), _with_unit(gpu.sm_clock, "MHz")),
                    _fact("fan", _("Fan"), _with_unit(gpu.fan, "%")),
                    _fact("throttle", _("Slowed down by"), _throttle(gpu)),
                    # Only where the monitor was asked for them, and the GPU has them.
                    _fact(
                        "ecc", _("ECC errors"), MISSING if gpu.ecc_errors is None else str(gpu.ecc_errors), rare=True
                    ),
                    _fact("pcie", _("PCIe in / out"), _rates(gpu.pcie_rx, gpu.pcie_tx), rare=True),
                    _fact("nvlink", _("NVLink in / out"), _rates(gpu.nvlink_rx, gpu.nvlink_tx), rare=True),
                ],
                className="gpu-facts",
            ),
        ],
        className="gpu-card",
        title=gpu.uuid,
        **{"data-gpu": str(gpu.gpu_id), "aria-label": f"{_('GPU')} {gpu.gpu_id}, {name}"},
    )


def _badge(state: GpuState) -> html.Span | None:
    names = {
        GpuState.LOST: _("GPU lost"),
        GpuState.NO_PERMISSION: _("no permission"),
        GpuState.MIG: _("split by MIG"),
        GpuState.FAILED: _("cannot be read"),
    }
    return html.Span(names[state], className="badge text-bg-danger gpu-state") if state in names else None


def _recorded(recording: bool) -> html.Span | None:
    return html.Span(_("recording"), className="badge text-bg-info") if recording else None


def _trouble(gpu: Gpu) -> html.P:
    cause = translate(message_in(gpu.model_dump(), gpu.error or ""))
    remedy = translate(message_in({"code": gpu.remedy_code}, gpu.remedy or ""))
    return html.P([cause, " ", remedy], className="small text-danger-emphasis mb-2")


def _misfits() -> html.P:
    """The place of what is missing because the GPU said something that is no such value; assets/gpu_cards.js has it."""
    return html.P(className="small text-warning-emphasis mb-2", hidden=True, **{"data-part": "misfits-text"})


def _bar(part: str, label: str, value: float | None, limit: float | None, text: str) -> html.Div:
    """A labelled bar; without a value or a limit it stays empty, and the text says which."""
    share = 0.0 if value is None or not limit else min(100.0, 100 * value / limit)
    meter: dict[str, Any] = {"aria-label": label, "aria-valuenow": f"{share:.0f}", "aria-valuetext": text}
    return html.Div(
        [
            html.Div(
                [html.Span(label), html.Span(text, className="gpu-value", **{"data-part": f"{part}-text"})],
                className="d-flex justify-content-between small",
            ),
            html.Div(
                html.Div(className="progress-bar", style={"width": f"{share:.1f}%"}),
                className=f"progress gpu-{part}",
                role="meter",
                **{"data-part": part, "aria-valuemin": "0", "aria-valuemax": "100"} | meter,
            ),
        ],
        className="mb-2",
    )


def _fact(part: str, label: str, text: str, *, rare: bool = False) -> html.Div:
    return html.Div([html.Dt(label), html.Dd(text, **{"data-part": f"{part}-text"})], hidden=rare and text == MISSING)


def _throttle(gpu: Gpu) -> str:
    reasons = zip_longest(gpu.throttle_codes or [], gpu.throttle_reasons or [], fillvalue="")
    return ", ".join(translate(message_in({"code": code}, english)) for code, english in reasons) or MISSING


def _rates(received: float | None, sent: float | None) -> str:
    if received is None or sent is None:
        return MISSING
    return f"{received / _KIB_PER_MIB:.0f} / {sent / _KIB_PER_MIB:.0f} MiB/s"


def _percent(value: float | None) -> str:
    return MISSING if value is None else f"{value:.0f} %"


def _memory(gpu: Gpu) -> str:
    return f"{_gib(gpu.memory_used)} / {_gib(gpu.memory_total)} GiB"


def _gib(mib: float | None) -> str:
    return MISSING if mib is None else f"{mib / _MIB_PER_GIB:.1f}"


def _temperature(gpu: Gpu) -> str:
    limit = "" if gpu.temperature_limit is None else f" / {gpu.temperature_limit:.0f}"
    return MISSING if gpu.temperature is None else f"{gpu.temperature:.0f}{limit} °C"


def _power(gpu: Gpu) -> str:
    limit = "" if gpu.power_limit is None else f" / {gpu.power_limit:.0f}"
    return MISSING if gpu.power is None else f"{gpu.power:.0f}{limit} W"


def _with_unit(value: float | None, unit: str) -> str:
    return MISSING if value is None else f"{value:.0f} {unit}"
