"""The tile of Clew's surroundings: each service with its state, how fast it answers, how old what is shown of it is."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from components import ids, notices, words
from components.front import place
from components.language import _, around
from domain.health import HealthReport, ServiceHealth, ServiceKind, State

_COLOURS = {State.OK: "success", State.DEGRADED: "warning", State.DOWN: "danger"}


def services(report: HealthReport) -> list[Any]:
    """All services of a report."""
    asked_ms = words.unix_ms(report.asked_at) or 0
    return [html.Ul([html.Li(_service(one, asked_ms)) for one in report.services], className="tile-rows")]


def ask_again() -> dbc.Button:
    """Asks at once."""
    return dbc.Button(_("Ask again"), id=ids.retry(place("health")), size="sm", color="secondary", outline=True)


def _service(service: ServiceHealth, asked_ms: int) -> list[Any]:
    health = service.health
    latency = None if health.state is State.DOWN or health.latency_ms is None else f"{health.latency_ms:.0f} ms"
    return [
        html.Span(_title(service), className="tile-name"),
        dbc.Badge(_state(health.state), color=_COLOURS[health.state], class_name=f"health-{health.state}"),
        html.Span(latency, className="ms-auto text-end", title=_("How long it took to answer")),
        _age(health.age_seconds, asked_ms),
        _cause(service),
    ]


def _title(service: ServiceHealth) -> str:
    return {
        ServiceKind.MLFLOW: "MLflow",
        ServiceKind.MODEL_STORE: _("Model registry") if service.name == "MLflow" else _("Model server"),
        ServiceKind.GPU_MONITOR: _("GPU monitor %(name)s", name=service.label),
        ServiceKind.INFERENCE: _("Inference engine"),
    }[service.kind]


def _state(state: State) -> str:
    return {State.OK: _("well"), State.DEGRADED: _("impaired"), State.DOWN: _("failing")}[state]


def _age(age_seconds: float | None, asked_ms: int) -> Any:
    """How old what Clew shows of it is: a monitor's and an engine's news go past this server."""
    if age_seconds is None:
        return None
    shown = notices.age(asked_ms - round(age_seconds * 1000))
    return html.Span(around(_("shown: {age}"), age=shown), className="small text-body-secondary text-end")


def _cause(service: ServiceHealth) -> html.Div | None:
    cause = service.health.cause
    if cause is None:
        return None
    return html.Div(notices.in_words(cause.removeprefix(f"{service.name}: ")), className="small w-100 text-break")
