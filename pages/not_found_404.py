"""The page of an unknown address."""

from typing import Any

import dash

from components.frame import nothing_at_this_address
from components.texts.language import _


def layout(**_other: str) -> list[Any]:
    """Returns a page that says so, with a link to continue."""
    return nothing_at_this_address()


dash.register_page(__name__, title=lambda **_other: _("Page not found · Clew"), layout=layout)
