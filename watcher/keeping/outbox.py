"""What this watcher must not forget, on its own disk: alerts with who is still to be told, and how far it has read."""

import contextlib
import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from domain.alerts.alert import Alert

_log = logging.getLogger(__name__)


class Outbox:
    """One file for each alert, and one for each note, written as a whole; each call may raise OSError."""

    def __init__(self, folder: Path) -> None:
        self._alerts = folder / "alerts"
        self._notes = folder / "notes"
        for one in (self._alerts, self._notes):
            one.mkdir(parents=True, exist_ok=True, mode=0o700)

    def load(self) -> list[Alert]:
        """Returns all alerts; a file that cannot be read is left where it is, and said."""
        found = []
        for file in sorted(self._alerts.glob("*.json")):
            try:
                found.append(Alert.model_validate_json(file.read_bytes()))
            except ValidationError as error:
                _log.warning("An alert cannot be read", extra={"file": file.name, "cause": str(error)})
        return found

    def save(self, alert: Alert) -> None:
        """Keeps an alert: when this returns, it survives the end of the machine."""
        _put(self._alerts / f"{alert.id}.json", alert.model_dump_json(exclude_defaults=True).encode())

    def forget(self, alert_id: str) -> None:
        """Removes an alert."""
        (self._alerts / f"{alert_id}.json").unlink(missing_ok=True)

    def note(self, name: str) -> dict[str, Any]:
        """Returns what was noted under a name; nothing where there is none, or half of one."""
        with contextlib.suppress(OSError, ValueError):
            found = json.loads((self._notes / f"{name}.json").read_bytes())
            return found if isinstance(found, dict) else {}
        return {}

    def take_note(self, name: str, value: Mapping[str, Any]) -> None:
        """Notes it under a name."""
        _put(self._notes / f"{name}.json", json.dumps(value).encode())


def _put(path: Path, content: bytes) -> None:
    new = path.with_suffix(".new")
    with new.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
