"""A real SMTP server in the test's process."""

import email
from email.message import Message
from email.policy import default
from types import TracebackType
from typing import Any

from aiosmtpd.controller import Controller

from tests.gpus.monitor import free_port
from tests.misbehaving import eventually


class Mail:
    """Accepts mail on a free port; `messages` are those that came."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self._port = free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self._port)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Stores a message; aiosmtpd calls it."""
        self.messages.append(email.message_from_bytes(envelope.content, policy=default))
        return "250 OK"

    def __enter__(self) -> "Mail":
        self._controller.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._controller.stop()

    @property
    def url(self) -> str:

        return f"mailto://127.0.0.1:{self._port}/?from=clew@example.com&to=ops@example.com&mode=insecure"

    @property
    def subjects(self) -> list[str]:
        return [str(one["Subject"]) for one in list(self.messages)]

    def wait_for(self, *words: str, within_seconds: float = 240) -> Message:
        """Returns the first mail whose subject has these words."""
        found: list[Message] = []

        def came() -> bool:
            found[:] = [one for one in list(self.messages) if all(word in str(one["Subject"]) for word in words)]
            return bool(found)

        try:
            eventually(came, within_seconds)
        except AssertionError as error:
            raise AssertionError(f"{words} not in {self.subjects}") from error
        return found[0]
