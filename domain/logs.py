"""Log lines as JSON, one object a line, for every process of Clew."""

import json
import logging
import sys
from collections.abc import Collection
from datetime import UTC, datetime

from domain.secrets import without_secrets

_LONGEST = 2_000  # characters of a value: an untrusted path may have 64,000
_LONGEST_TRACE = 20_000
_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName", "color_message"}


class JsonFormatter(logging.Formatter):
    """Formats a record as JSON: timestamp, level, logger, message, the fields of `extra=`, and stack_trace on errors.

    The length is bounded. `secrets` are removed, and so are credentials in addresses, as libraries put addresses into
    their errors.
    """

    def __init__(self, secrets: Collection[str] = ()) -> None:
        super().__init__()
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": self._short(record.getMessage()),
        }
        line |= {key: self._short(value) for key, value in record.__dict__.items() if key not in _STANDARD}
        if record.exc_info:
            line["stack_trace"] = self._clean(self.formatException(record.exc_info))[-_LONGEST_TRACE:]
        return self._clean(json.dumps(line, ensure_ascii=False, default=str))

    def _short(self, value: object) -> object:
        """Returns a value unchanged, or the beginning and the length of a long text.

        The text is cleaned before it is cut, because half a secret would not be found.
        """
        text = value if isinstance(value, str) else str(value) if isinstance(value, list | dict | tuple | bytes) else ""
        return value if len(text) <= _LONGEST else f"{self._clean(text)[:_LONGEST]}… ({len(text)} characters)"

    def _clean(self, text: str) -> str:
        return without_secrets(text, self._secrets)


def configure_logging(level: str, secrets: Collection[str] = ()) -> None:
    """Sends every logger of this process to stderr as JSON, at `level` (such as INFO) and above, without `secrets`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(secrets))
    logging.basicConfig(level=level, handlers=[handler], force=True)
