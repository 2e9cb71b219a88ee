"""The lists on the page of alerts: current alerts, sent messages with their receivers, and mutes."""

from collections.abc import Sequence
from typing import Any, Final

import dash_bootstrap_components as dbc
from dash import html

from components import notices
from components.alerts.alert_words import kind_colour, kind_name
from components.links import href
from components.texts.language import _, around, ngettext
from components.texts.translate import translate
from domain.alerts.alert import Alert, Mute
from domain.alerts.alert_list import AlertList

MAX_OVER: Final = 100


def body(listed: AlertList, now_ms: int, read_ms: int) -> list[Any]:
    """Returns the page below its heading; the alerts were read at `read_ms` (Unix ms)."""
    return [
        _watcher(listed, read_ms),
        _undelivered(listed.undelivered),
        html.H2(_("Active now"), className="h5 mt-3"),
        _table(listed.holding, _("No alert is active now.")),
        html.H2(_("Sent alerts"), className="h5 mt-4"),
        _table(listed.over[:MAX_OVER], _("No alerts have been sent yet.")),
        html.H2(_("Muted"), className="h5 mt-4"),
        _mutes(listed.mutes_in_force(now_ms)),
    ]


def badge(alert: Alert) -> dbc.Badge:
    """Returns a badge with the kind of an alert."""
    colour = kind_colour(alert.kind)
    text = {"text_color": "dark"} if colour == "warning" else {}
    return dbc.Badge(kind_name(alert.kind), color=colour, class_name=f"alert-{alert.kind.value}", **text)


def alert_link(alert: Alert) -> html.A:
    """Returns the text of an alert as a link to the page that shows its subject."""
    return html.A(translate(alert.text), href=href(alert.subject.page))


def _watcher(listed: AlertList, read_ms: int) -> Any:
    if listed.watcher is not None and not listed.has_live_watcher(read_ms):
        text = _("The watcher on {host} has not reported since {moment}: no alerts are sent.")
        since = notices.moment(listed.watcher_at_ms)
        return dbc.Alert(around(text, host=listed.watcher, moment=since), color="warning", className="py-2")
    if listed.watcher is not None:
        return html.P(
            _("The watcher on %(host)s is running.", host=listed.watcher), className="text-body-secondary mb-1"
        )
    if listed.is_watched:
        return dbc.Alert(_("No watcher is running: no alerts are sent."), color="warning", className="py-2")
    return dbc.Alert(
        _(
            "No watcher has run yet. Set ALERTS_FILE to a file that states who receives which alerts; see"
            " docs/alerts.md."
        ),
        color="info",
        className="py-2",
    )


def _undelivered(alerts: Sequence[Alert]) -> Any:
    """Returns a warning that names the receivers that could not be reached, and why."""
    if not alerts:
        return None
    causes: dict[str, Any] = {}
    for alert in alerts:
        for receiver, due in alert.due.items():
            if due.tries:
                causes.setdefault(receiver, due.cause)
    heading = ngettext(
        "%(num)s message could not be delivered yet; it is sent again:",
        "%(num)s messages could not be delivered yet; they are sent again:",
        sum(due.tries > 0 for alert in alerts for due in alert.due.values()),
    )
    rows = [
        html.Li([html.Strong(name), " · ", "–" if cause is None else translate(cause)])
        for name, cause in causes.items()
    ]
    return dbc.Alert([heading, html.Ul(rows, className="mb-0")], color="danger", className="py-2")


def _table(alerts: Sequence[Alert], empty: str) -> Any:
    if not alerts:
        return html.P(empty, className="text-body-secondary")
    return html.Div(
        html.Table(
            [
                html.Thead(html.Tr([html.Th(text, scope="col") for text in (_("What"), _("When"), _("Sent to"))])),
                html.Tbody([_row(alert) for alert in alerts]),
            ],
            className="table table-sm align-middle",
        ),
        className="table-responsive",
    )


def _row(alert: Alert) -> html.Tr:
    what = html.Td([badge(alert), " ", alert_link(alert)], className="text-break")
    return html.Tr([what, html.Td(_when(alert)), html.Td(_deliveries(alert))])


def _when(alert: Alert) -> list[Any]:
    """Returns when an alert occurred or began and, if it lasted, when it ended."""
    since = notices.moment(alert.since_ms)
    if alert.until_ms in (None, alert.since_ms):
        return [since]
    return around(_("{begin} until {end}"), begin=since, end=notices.moment(alert.until_ms))


def _deliveries(alert: Alert) -> list[Any]:
    """Returns each receiver by name with the time of delivery; addresses are never shown."""
    parts: list[Any] = [html.Div([name, " ", notices.age(at)]) for name, at in alert.told.items()]
    for name, due in alert.due.items():
        parts.append(html.Div(_("%(name)s: not yet", name=name) if not due.tries else _("%(name)s: failed", name=name)))
    if alert.is_muted:
        parts.append(html.Div(_("muted")))
    return parts or [_("nobody")]


def _mutes(mutes: Sequence[Mute]) -> Any:
    if not mutes:
        return html.P(_("Nothing is muted."), className="text-body-secondary")
    return html.Ul([html.Li(_mute(mute), className="mb-2") for mute in mutes], className="list-unstyled")


def _mute(mute: Mute) -> list[Any]:
    return [
        html.Strong(mute_name(mute), className="me-2"),
        *around(_("until {moment}"), moment=notices.future_moment(mute.until_ms)),
        html.Span(f" {mute.by or _('an unknown user')}: {mute.why}", className="text-body-secondary text-break"),
    ]


def mute_name(mute: Mute) -> str:
    """Returns the name of what a mute applies to."""
    return " · ".join(filter(None, [", ".join(map(kind_name, mute.kinds)) or _("everything"), mute.pattern]))
