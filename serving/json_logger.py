"""gunicorn's own messages as JSON lines, like all others."""

from collections.abc import Collection

from gunicorn.config import Config  # type: ignore[import-untyped]
from gunicorn.glogging import Logger  # type: ignore[import-untyped]

from domain.logs import JsonFormatter


class JsonLogger(Logger):  # type: ignore[misc]
    """gunicorn's own messages as JSON lines. (`logconfig_dict` would also turn the access log on.)"""

    secrets: Collection[str] = ()
    """Secrets that no line may contain; a class attribute, since gunicorn creates the logger itself."""

    def setup(self, cfg: Config) -> None:
        """Sets up gunicorn's handlers with Clew's formatter."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(JsonFormatter(self.secrets))
