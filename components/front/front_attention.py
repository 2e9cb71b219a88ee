"""The tile of what needs attention: current alerts, undelivered messages, waiting trainings."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from dash import html

from components import notices
from components.alerts.alert_rows import alert_link, badge
from components.front.front import tile_list
from components.links import href
from components.texts.language import _, around, ngettext
from domain.alerts.alert import Alert
from domain.alerts.alert_list import AlertList

MAX_ROWS: Final = 8


class Waiting(NamedTuple):
    """How many trainings wait, None if that is not known; `as_of_ms` is when they were counted, if that is long ago."""

    number: int | None
    as_of_ms: int | None = None


def attention(listed: AlertList | None, waiting: Waiting, read_ms: int) -> list[Any]:
    """Returns the content of the tile; `listed` is None if alerts are not known.

    `read_ms` is when the alerts were read, in Unix ms.
    """
    alerts = [] if listed is None else [alert for alert in listed.holding if not alert.is_muted]
    rows = [*_undelivered(listed), *(_row(alert) for alert in alerts[:MAX_ROWS]), *_queue(waiting)]
    parts: list[Any] = [tile_list(rows)] if rows else [html.P(_nothing(waiting), className="mb-1")]
    if len(alerts) > MAX_ROWS:
        parts.append(html.A(_("and %(n)s more", n=len(alerts) - MAX_ROWS), href=href("/alerts")))
    if listed is not None and not listed.has_live_watcher(read_ms):
        parts.append(html.P(_silent(listed), className="small text-body-secondary mb-0"))
    return parts


def _row(alert: Alert) -> list[Any]:
    age = html.Span(notices.age(alert.since_ms), className="ms-auto text-body-secondary")
    return [html.Span([badge(alert), " ", alert_link(alert)], className="text-break"), age]


def _undelivered(listed: AlertList | None) -> Sequence[list[Any]]:
    names = sorted({name for one in (listed.undelivered if listed else []) for name in one.due})
    if not names:
        return []
    text = _("Messages to %(names)s could not be delivered.", names=", ".join(names))
    return [[html.A(text, href=href("/alerts"), className="text-danger-emphasis")]]


def _nothing(waiting: Waiting) -> str:
    if waiting.number is None or waiting.as_of_ms is not None:
        return _("There is no alert now; whether trainings are waiting is not known.")
    return _("Nothing needs your attention now.")


def _queue(waiting: Waiting) -> Sequence[list[Any]]:
    if not waiting.number:
        return []
    text = ngettext(
        "%(num)s training is waiting in the queue.", "%(num)s trainings are waiting in the queue.", waiting.number
    )
    link = html.A(text, href=href("/training"))
    if waiting.as_of_ms is None:
        return [[link]]
    age = around(_("as of {moment}"), moment=notices.age(waiting.as_of_ms))
    return [[link, html.Span(age, className="ms-auto text-body-secondary")]]


def _silent(listed: AlertList) -> Any:
    if listed.is_watched:
        return _("No watcher is running: no alerts are sent.")
    return around(
        _("No alerts are sent for this: {link}."), link=html.A(_("no watcher is running"), href=href("/alerts"))
    )
