"""The watcher's state on its own disk: alerts with their pending receivers, and up to when events were read."""

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
    """One file per alert and per note, written atomically; each method may raise OSError."""

    def __init__(self, folder: Path) -> None:
        self._alerts = folder / "alerts"
        self._notes = folder / "notes"
        for one in (self._alerts, self._notes):
            one.mkdir(parents=True, exist_ok=True, mode=0o700)

    def load(self) -> list[Alert]:
        """Returns all alerts; an unreadable file is logged and left as it is."""
        found = []
        for file in sorted(self._alerts.glob("*.json")):
            try:
                found.append(Alert.model_validate_json(file.read_bytes()))
            except ValidationError as error:
                _log.warning("An alert cannot be read", extra={"file": file.name, "cause": str(error)})
        return found

    def save(self, alert: Alert) -> None:
        """Saves an alert; when this returns, it survives a crash of the machine."""
        _put(self._alerts / f"{alert.id}.json", alert.model_dump_json(exclude_defaults=True).encode())

    def forget(self, alert_id: str) -> None:
        """Deletes an alert."""
        (self._alerts / f"{alert_id}.json").unlink(missing_ok=True)

    def note(self, name: str) -> dict[str, Any]:
        """Returns the note of this name; empty if there is none, or it was not written completely."""
        with contextlib.suppress(OSError, ValueError):
            found = json.loads((self._notes / f"{name}.json").read_bytes())
            return found if isinstance(found, dict) else {}
        return {}

    def take_note(self, name: str, value: Mapping[str, Any]) -> None:
        """Saves a note under this name."""
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
