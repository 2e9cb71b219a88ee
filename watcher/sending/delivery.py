"""One message to one receiver, through Apprise: what it says of failures is kept, and no address with it."""

import logging
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

import apprise

from domain.errors.alerts.events import NotDelivered, NotDeliveredInTime
from domain.messages import Reason, Text
from domain.secrets import without_secrets

MOST_SECONDS: Final = 60
_LONGEST_CAUSE: Final = 300
_CONNECT_SECONDS, _ANSWER_SECONDS = 10.0, 40.0
_LOGGER: Final = "apprise"


class MessageText(NamedTuple):
    """What is sent: a heading, plain text, and for a run its curve as PNG."""

    title: str
    body: str
    picture: bytes | None = None


log = logging.getLogger(__name__)
# Its lines may hold parts of addresses: those of a message are listened to, all others go nowhere.
logging.getLogger(_LOGGER).addHandler(logging.NullHandler())
logging.getLogger(_LOGGER).propagate = False
Deliver = Callable[[str, MessageText], Reason | None]


class _LogRecords(logging.Handler):
    """What Apprise says in one thread."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._thread = threading.get_ident()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keeps a line of this thread."""
        if record.thread == self._thread:
            self.lines.append(record.getMessage())


class Delivery:
    """Sends to Apprise's addresses; `secrets` are words that no cause may hold."""

    def __init__(self, secrets: frozenset[str]) -> None:
        self._secrets = secrets
        self._stuck: dict[str, threading.Thread] = {}

    def send(self, url: str, message: MessageText) -> Reason | None:
        """Returns why the message did not arrive; None where it did. One that takes too long is left to itself."""
        answer: list[Reason | None] = []
        thread = self._stuck.pop(url, None)
        if thread is None or not thread.is_alive():  # else more and more of them would hang
            thread = threading.Thread(target=lambda: answer.append(self._sent(url, message)), daemon=True)
            thread.start()
        thread.join(MOST_SECONDS)
        if thread.is_alive():
            self._stuck[url] = thread
        return answer[0] if answer else NotDelivered(NotDeliveredInTime(MOST_SECONDS))

    def _sent(self, url: str, message: MessageText) -> Reason | None:
        records = _LogRecords()
        logger = logging.getLogger(_LOGGER)
        logger.addHandler(records)
        try:
            if self._notify(_service(url), message):
                return None
        except Exception as error:  # of any of its hundred services
            log.exception("Apprise broke off")
            records.lines.append(f"{type(error).__name__}: {error}")
        finally:
            logger.removeHandler(records)
        cause = without_secrets(" ".join(records.lines), self._secrets)
        return NotDelivered(Text(cause[:_LONGEST_CAUSE] or "-"))

    def _notify(self, service: Any, message: MessageText) -> bool:
        """Sends by the service itself: an `Apprise` would do it in other threads, whose log lines cannot be told from
        others'.

        As plain text, so that a run's name is no markup; in several parts, where the service takes no longer ones.
        """
        arguments = {"title": message.title, "body": message.body, "body_format": apprise.NotifyFormat.TEXT}
        if message.picture is None:
            return bool(service.notify(**arguments))
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "curve.png")
            file.write_bytes(message.picture)
            return bool(service.notify(**arguments, attach=apprise.AppriseAttachment(str(file))))


def _service(url: str) -> Any:
    """Returns the service of an address; what its parameters say goes before what is usual here."""
    service: Any = apprise.Apprise.instantiate(url)
    # By default it hangs up after 4 s: what a slow receiver took all the same would be sent again and again.
    service.socket_connect_timeout = max(service.socket_connect_timeout, _CONNECT_SECONDS)
    service.socket_read_timeout = max(service.socket_read_timeout, _ANSWER_SECONDS)
    if service.overflow_mode == apprise.OverflowMode.UPSTREAM:  # whatever its length, which Discord and Teams refuse
        service.overflow_mode = apprise.OverflowMode.SPLIT
    return service


def is_address(url: str) -> bool:
    """Returns whether Apprise can send to this address, as far as that shows without sending."""
    return apprise.Apprise.instantiate(url, suppress_exceptions=True) is not None
