"""gunicorn's own messages as JSON lines, like all others."""

from gunicorn.config import Config  # type: ignore[import-untyped]
from gunicorn.glogging import Logger  # type: ignore[import-untyped]

from domain.logs import JsonFormatter


class JsonLogger(Logger):  # type: ignore[misc]
    """gunicorn's own messages as JSON lines. (`logconfig_dict` would also turn the access log on.)"""

    def setup(self, cfg: Config) -> None:
        """Takes gunicorn's handlers and gives them Clew's formatter."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(JsonFormatter())
