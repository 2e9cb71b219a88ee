"""Log lines as JSON, one object a line, for every process of Clew."""

import json
import logging
import sys
from collections.abc import Collection
from datetime import UTC, datetime

from domain.secrets import without_secrets

_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName", "color_message"}


class JsonFormatter(logging.Formatter):
    """A record as JSON: timestamp, level, logger, message, whatever `extra=` held, and stack_trace on errors.

    None of `secrets` is in it, and no name and password of an address: libraries put addresses into their errors.
    """

    def __init__(self, secrets: Collection[str] = ()) -> None:
        super().__init__()
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {key: value for key, value in record.__dict__.items() if key not in _STANDARD}
        if record.exc_info:
            line["stack_trace"] = self.formatException(record.exc_info)
        return without_secrets(json.dumps(line, ensure_ascii=False, default=str), self._secrets)


def configure_logging(level: str, secrets: Collection[str] = ()) -> None:
    """Sends every logger of this process to stderr as JSON, at `level` (such as INFO) and above, without `secrets`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(secrets))
    logging.basicConfig(level=level, handlers=[handler], force=True)
