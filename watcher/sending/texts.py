"""The text of a message, in its receiver's language."""

import gettext
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final

from domain.alerts.alert import Alert
from domain.errors.alerts.delivery import SeveralAlerts, StillMore
from domain.errors.catalogue import TEMPLATES
from domain.messages import Reason, as_json, rendered
from watcher.sending.delivery import MessageText
from watcher.sending.markup import Literal

_TRANSLATIONS: Final = Path(__file__).parents[2] / "components" / "translations"
_MAX_LISTED: Final = 20
# More ids would be too long for a chat.
_MAX_NAMED: Final = 200


def message_of(alerts: Sequence[Alert], language: str, clew_url: str, literal: Literal) -> MessageText:
    """Returns one or several alerts as a message, each with its link and its id."""
    lines = [literal(_line(alert, language)) for alert in alerts[:_MAX_LISTED]]
    parts = [
        f"{text}\n{_moment(alert)}\n{clew_url}{alert.subject.page}\n[{alert.id}]"
        for text, alert in zip(lines, alerts, strict=False)
    ]
    if len(alerts) == 1:
        return MessageText(f"Clew: {lines[0]}", parts[0])
    if len(alerts) > _MAX_LISTED:
        more = " ".join(f"[{alert.id}]" for alert in alerts[_MAX_LISTED:_MAX_NAMED])
        parts.append(f"{translated(StillMore(len(alerts) - _MAX_LISTED), language)}\n{clew_url}/alerts\n{more}")
    return MessageText(f"Clew: {translated(SeveralAlerts(len(alerts)), language)}", "\n\n".join(parts))


def translated(message: Reason, language: str) -> str:
    """Returns the sentence of a message in the given language."""
    words = _catalogue(language)
    return rendered(as_json(message), lambda code: words.gettext(TEMPLATES[code]) if code in TEMPLATES else None)


def _line(alert: Alert, language: str) -> str:
    """Returns the alert in one line, since it is also a heading; line breaks in names are removed."""
    return " ".join(translated(alert.text, language).split())


def _moment(alert: Alert) -> str:
    at = datetime.fromtimestamp(alert.since_ms / 1000, UTC)
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("messages", _TRANSLATIONS, [language], fallback=True)
