"""Delivers one message to one receiver through Apprise, and returns failures without addresses in them."""

import logging
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

import apprise

from domain.errors.alerts.delivery import NotDelivered, NotDeliveredInTime
from domain.messages import Reason, Text
from domain.secrets import without_secrets

MAX_SECONDS: Final = 60
_LONGEST_CAUSE: Final = 300
_CONNECT_SECONDS, _ANSWER_SECONDS = 10.0, 40.0
_LOGGER: Final = "apprise"


class MessageText(NamedTuple):
    """What is sent: a heading, plain text, and for a run its curve as PNG."""

    title: str
    body: str
    picture: bytes | None = None


log = logging.getLogger(__name__)
# Apprise's log may contain parts of addresses: records of our messages are collected, all others are dropped.
logging.getLogger(_LOGGER).addHandler(logging.NullHandler())
logging.getLogger(_LOGGER).propagate = False
Deliver = Callable[[str, MessageText], Reason | None]


class _LogRecords(logging.Handler):
    """Collects Apprise's log records of one thread."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._thread = threading.get_ident()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keeps a record of this thread."""
        if record.thread == self._thread:
            self.lines.append(record.getMessage())


class Delivery:
    """Sends to Apprise's addresses; `secrets` are removed from failure texts."""

    def __init__(self, secrets: frozenset[str]) -> None:
        self._secrets = secrets
        self._stuck: dict[str, threading.Thread] = {}

    def send(self, url: str, message: MessageText) -> Reason | None:
        """Returns why the message did not arrive, or None.

        A delivery that takes too long is abandoned in its thread.
        """
        answer: list[Reason | None] = []
        thread = self._stuck.pop(url, None)
        if thread is None or not thread.is_alive():  # otherwise hanging threads would pile up
            thread = threading.Thread(target=lambda: answer.append(self._sent(url, message)), daemon=True)
            thread.start()
        thread.join(MAX_SECONDS)
        if thread.is_alive():
            self._stuck[url] = thread
        return answer[0] if answer else NotDelivered(NotDeliveredInTime(MAX_SECONDS))

    def _sent(self, url: str, message: MessageText) -> Reason | None:
        records = _LogRecords()
        logger = logging.getLogger(_LOGGER)
        logger.addHandler(records)
        try:
            if self._notify(_service(url), message):
                return None
        except Exception as error:  # of any of Apprise's hundred services
            log.exception("Apprise broke off")
            records.lines.append(f"{type(error).__name__}: {error}")
        finally:
            logger.removeHandler(records)
        cause = without_secrets(" ".join(records.lines), self._secrets)
        return NotDelivered(Text(cause[:_LONGEST_CAUSE] or "-"))

    def _notify(self, service: Any, message: MessageText) -> bool:
        """Sends through the service itself: an `Apprise` object would use other threads, whose log records could not
        be assigned.

        Plain text, so that a run's name is no markup; in several parts if the service limits the length.
        """
        arguments = {"title": message.title, "body": message.body, "body_format": apprise.NotifyFormat.TEXT}
        if message.picture is None:
            return bool(service.notify(**arguments))
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "curve.png")
            file.write_bytes(message.picture)
            return bool(service.notify(**arguments, attach=apprise.AppriseAttachment(str(file))))


def _service(url: str) -> Any:
    """Returns the service of an address; parameters of the address override our defaults."""
    service: Any = apprise.Apprise.instantiate(url)
    # Apprise's default is 4 s; a message that a slow receiver took anyway would be sent again and again.
    service.socket_connect_timeout = max(service.socket_connect_timeout, _CONNECT_SECONDS)
    service.socket_read_timeout = max(service.socket_read_timeout, _ANSWER_SECONDS)
    # The default ignores length limits, which Discord and Teams refuse.
    if service.overflow_mode == apprise.OverflowMode.UPSTREAM:
        service.overflow_mode = apprise.OverflowMode.SPLIT
    return service


def is_address(url: str) -> bool:
    """Returns whether Apprise accepts this address, as far as that is known without sending."""
    return apprise.Apprise.instantiate(url, suppress_exceptions=True) is not None
