"""Log lines as JSON, one object a line, for every process of Clew."""

import json
import logging
import sys
from datetime import UTC, datetime

_LONGEST = 2_000  # characters of a value: a stranger's path may have 64,000
_LONGEST_TRACE = 20_000
_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName", "color_message"}


class JsonFormatter(logging.Formatter):
    """A record as JSON: timestamp, level, logger, message, whatever `extra=` held, and stack_trace on errors.

    Each is of bounded length.
    """

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _short(record.getMessage()),
        }
        line |= {key: _short(value) for key, value in record.__dict__.items() if key not in _STANDARD}
        if record.exc_info:
            line["stack_trace"] = self.formatException(record.exc_info)[-_LONGEST_TRACE:]
        return json.dumps(line, ensure_ascii=False, default=str)


def _short(value: object) -> object:
    """A value as it is; of one whose text is long the beginning, and how long it was."""
    text = value if isinstance(value, str) else str(value) if isinstance(value, list | dict | tuple | bytes) else ""
    return value if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text)} characters)"


def configure_logging(level: str) -> None:
    """Sends every logger of this process to stderr as JSON, at `level` (a name such as INFO) and above."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
