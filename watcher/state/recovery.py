"""The message that follows the alert of a service that was down."""

from typing import Final

from domain.alerts.alert import Alert
from domain.errors.alerts.events import ServiceIsBack
from domain.message_data import MessageData

_MINUTE_MS: Final = 60_000


def service_is_back(ended: Alert) -> ServiceIsBack:
    """Returns the message that a service answers again, and after how many minutes."""
    minutes = max(1, round(((ended.until_ms or 0) - ended.since_ms) / _MINUTE_MS))
    name = ended.text.params.get("name", ended.subject.name)
    return ServiceIsBack(name if isinstance(name, str) else MessageData.model_validate(name), minutes)
