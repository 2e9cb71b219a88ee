"""/inference: where "Try it" leads. Says so as long as it is not built."""

from typing import Any

import dash

from components import frame
from components.language import _


def layout(**_query: str) -> list[Any]:
    """The page."""
    return frame.not_built_yet()


dash.register_page(__name__, path="/inference", title=lambda **_query: _("Inference · Clew"), layout=layout)
