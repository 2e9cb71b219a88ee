"""The watcher's settings, from the environment or `.env`: those of the dashboard, and its own."""

import socket
from functools import cached_property
from pathlib import Path

from pydantic import Field, ValidationError

from domain.alerts.rules import AlertRules
from domain.errors import BadInput
from domain.errors.records import InvalidArgument
from domain.messages import Text
from domain.url_settings import OptionalUrl
from domain.wrong_settings import wrong_settings
from settings.alerts_file import rules_in
from settings.settings import Settings
from watcher.sending.delivery import is_address


class WatcherSettings(Settings):
    """The receivers of alerts, and the base address of links."""

    clew_public_url: OptionalUrl = Field(
        None,
        description="Clew's address for the receivers of messages, for links. Empty: the dashboard at HOST:PORT.",
    )
    watcher_round_seconds: float = Field(
        27,
        ge=1,
        le=600,
        description="The interval at which the watcher polls MLflow, in seconds; 27 is three requests a minute.",
    )
    disk_least_percent: float = Field(
        5,
        ge=0,
        le=100,
        description="The percentage of free space below which a disk of artifacts or checkpoints counts as nearly "
        "full.",
    )

    @cached_property
    def rules(self) -> AlertRules:
        """The rules in ALERTS_FILE; raises BadInput, also for an address that Apprise does not accept."""
        if self.alerts_file is None:
            raise InvalidArgument(Text("Set ALERTS_FILE: without it, no alerts are sent."))
        try:
            return rules_in(self.alerts_file, is_address)
        except BadInput as error:
            raise InvalidArgument(Text(f"Setting ALERTS_FILE={str(self.alerts_file)!r}: {error}")) from error

    @property
    def base_url(self) -> str:
        """The prefix of each link."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)
        return str(self.clew_public_url or f"http://{host}:{self.port}").rstrip("/")

    @property
    def watcher_folder(self) -> Path:
        """The folder for the watcher's identity and its outbox."""
        return self.state_dir.absolute() / "watcher"

    @property
    def machine(self) -> str:
        """The name of this machine."""
        return socket.gethostname()

    @property
    def all_secrets(self) -> frozenset[str]:
        """Secrets that no log line and no alert may contain."""
        return self.secrets | self.rules.secrets


def read_settings() -> WatcherSettings:
    """Reads the settings and the file of alerts; raises BadInput with a sentence for each error."""
    try:
        found = WatcherSettings()
    except ValidationError as error:
        raise wrong_settings(error) from error
    _ = found.rules
    return found
