"""Page tokens that overlap: a run that is deleted between two pages moves all that come after it up by one.

MLflow's token is its own; the form of today's, an offset, is understood and any other is followed as it is.
"""

import base64
import binascii
from typing import Final

import orjson

_OFFSET: Final = "offset"


def offset_in(token: str) -> int | None:
    """Returns how many runs stand before the page; None where the token does not say so."""
    if not token:
        return 0
    try:
        content = orjson.loads(base64.b64decode(token, validate=True))
    except (binascii.Error, ValueError):
        return None
    offset = content.get(_OFFSET) if isinstance(content, dict) and len(content) == 1 else None
    return offset if type(offset) is int and offset >= 0 else None


def token_at(offset: int) -> str:
    """Returns the token of the page before which `offset` runs stand."""
    return base64.b64encode(orjson.dumps({_OFFSET: offset})).decode() if offset > 0 else ""
