"""The tile of the connected services: each with its state, its response time, and the age of its data on screen."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypedDict

import dash_bootstrap_components as dbc
from dash import html

from components import ids, notices
from components.front.front import figure, place
from components.links import href
from components.texts import words
from components.texts.language import _, around
from components.texts.translate import translate
from domain.health import HealthReport, ServiceHealth, ServiceKind, State
from domain.message_data import message_in
from domain.messages import SERVICE

MAX_MONITORS: Final = 3
"""Up to this many healthy GPU monitors have a line each; more share one."""
_COLOURS = {State.OK: "success", State.DEGRADED: "warning", State.DOWN: "danger"}


def services(report: HealthReport, shown_ms: Mapping[ServiceKind, int | None]) -> list[Any]:
    """Returns the services of a report, unhealthy ones first; `shown_ms` is when the data that Clew shows of each was
    read. If many monitors are healthy, they share one line instead, see `fold`.

    GPU monitors and the inference engine have no such time: their messages bypass this server.
    """
    is_folded = bool(_folded(report))
    listed = [one for one in report.services if not (is_folded and _is_healthy_monitor(one))]
    return [_list(sorted(listed, key=lambda one: one.health.state is State.OK), shown_ms)]


def fold() -> html.Details:
    """Returns the folded line for healthy monitors, which stays open while its content is updated."""
    rows = html.Div(id=ids.FRONT_FOLD_ROWS)
    return html.Details(
        [html.Summary(id=ids.FRONT_FOLD_TITLE), rows], id=ids.FRONT_FOLD, className="tile-fold", hidden=True
    )


class InFold(TypedDict):
    """Content of the line that monitors share."""

    title: Any
    rows: Any
    hidden: Any


def in_fold(report: HealthReport) -> InFold:
    """Returns the title and rows of that line, and whether it is hidden."""
    monitors = _folded(report)
    title = _("%(n)s GPU monitors: healthy", n=words.count(len(monitors)))
    return {"title": title, "rows": _list(monitors, {}), "hidden": not monitors}


def _folded(report: HealthReport) -> list[ServiceHealth]:
    """Returns the healthy monitors if they are too many for lines of their own; else none."""
    well = [one for one in report.services if _is_healthy_monitor(one)]
    return well if len(well) > MAX_MONITORS else []


def _is_healthy_monitor(service: ServiceHealth) -> bool:
    return service.kind is ServiceKind.GPU_MONITOR and service.health.state is State.OK


def _list(listed: Sequence[ServiceHealth], shown_ms: Mapping[ServiceKind, int | None]) -> html.Ul:
    return html.Ul([html.Li(_service(one, shown_ms.get(one.kind))) for one in listed], className="tile-rows")


def check_again_button() -> dbc.Button:
    """Returns the button that checks again at once."""
    return dbc.Button(
        _("Check again"), id=ids.retry(place("health")), size="sm", color="secondary", outline=True, class_name="mt-2"
    )


def _service(service: ServiceHealth, shown_ms: int | None) -> list[Any]:
    health = service.health
    latency = None if health.state is State.DOWN or health.latency_ms is None else f"{health.latency_ms:.0f} ms"
    return [
        html.A(_title(service), href=_page(service.kind), className="tile-name"),
        dbc.Badge(_state(health.state), color=_COLOURS[health.state], class_name=f"health-{health.state}"),
        None if latency is None else figure(_("Answered in"), latency, "ms-auto text-end"),
        _age(shown_ms),
        _cause(service),
    ]


def _title(service: ServiceHealth) -> str:
    return {
        ServiceKind.MLFLOW: "MLflow",
        ServiceKind.MODEL_STORE: _("Model registry") if str(service.name) == "MLflow" else _("Model server"),
        ServiceKind.GPU_MONITOR: _("GPU monitor %(name)s", name=service.label),
        ServiceKind.INFERENCE: _("Inference engine"),
        ServiceKind.SCHEDULER: _("Training scheduler"),
        ServiceKind.PROMETHEUS: "Prometheus",
    }[service.kind]


def _page(kind: ServiceKind) -> str:
    """Returns the page that depends on this service."""
    pages = {
        ServiceKind.MLFLOW: "/mlflow",
        ServiceKind.MODEL_STORE: "/models",
        ServiceKind.GPU_MONITOR: "/gpu",
        ServiceKind.INFERENCE: "/inference",
        ServiceKind.SCHEDULER: "/training",
        ServiceKind.PROMETHEUS: "/gpu/history",
    }
    return href(pages[kind])


def _state(state: State) -> str:
    return {State.OK: _("healthy"), State.DEGRADED: _("impaired"), State.DOWN: _("failing")}[state]


def _age(shown_ms: int | None) -> html.Span | None:
    if shown_ms is None:
        return None
    age = around(_("shown: {age}"), age=notices.age(shown_ms))
    return html.Span(age, className="small text-body-secondary text-end")


def _cause(service: ServiceHealth) -> html.Div | None:
    health = service.health
    if health.cause is None:
        return None
    message = message_in(health.model_dump(), health.cause)
    if message.params.get(SERVICE) == service.name.json_value:  # the heading already names it
        message = message.without(SERVICE)
    return html.Div(translate(message), className="small w-100 text-break")
