"""Overlapping page tokens: a run that is deleted between two pages shifts all later ones by one.

MLflow's tokens are opaque; the current format, an offset, is understood, and any other is used unchanged.
"""

import base64
import binascii
from typing import Final

import orjson

_OFFSET: Final = "offset"


def offset_in(token: str) -> int | None:
    """Returns how many runs precede the page; None if the token does not contain it."""
    if not token:
        return 0
    try:
        content = orjson.loads(base64.b64decode(token, validate=True))
    except (binascii.Error, ValueError):
        return None
    offset = content.get(_OFFSET) if isinstance(content, dict) and len(content) == 1 else None
    return offset if type(offset) is int and offset >= 0 else None


def token_at(offset: int) -> str:
    """Returns the token of the page that `offset` runs precede."""
    return base64.b64encode(orjson.dumps({_OFFSET: offset})).decode() if offset > 0 else ""
