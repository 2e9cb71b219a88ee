"""Unexpected exceptions in callbacks: logged with their traceback, shown on screen, never a bare 500."""

import logging
import uuid

from dash import set_props

from components import ids
from components.frame import unexpected_error

log = logging.getLogger(__name__)


def on_error(error: Exception) -> None:
    """Logs `error` under a reference and shows that reference; the rest of the page keeps working."""
    reference = uuid.uuid4().hex[:8]
    log.error("callback failed", exc_info=error, extra={"reference": reference})
    set_props(ids.ERRORS, {"children": unexpected_error(reference)})
