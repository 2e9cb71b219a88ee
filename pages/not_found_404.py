"""Any address that has no page."""

from typing import Any

import dash

from components.frame import nothing_at_this_address
from components.texts.language import _


def layout(**_other: str) -> list[Any]:
    """Says so, and where to go."""
    return nothing_at_this_address()


dash.register_page(__name__, title=lambda **_other: _("Nothing here · Clew"), layout=layout)
