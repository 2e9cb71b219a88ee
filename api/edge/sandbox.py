"""What an answer with a stranger's file tells the browser: nothing in it runs, asks, or belongs to our origin."""

from collections.abc import Mapping
from typing import Final

from flask import Response

from settings.settings import Settings

_HEADER: Final = "Content-Security-Policy"
# A .env file would take their quotes for its own.
_KEYWORDS: Final = {"self": "'self'", "none": "'none'"}
_NOTHING: Final[Mapping[str, str]] = {
    "sandbox": "",
    "default-src": "'none'",
    "style-src": "'unsafe-inline'",
    "img-src": "data:",
    "media-src": "data:",
    "font-src": "data:",
    "base-uri": "'none'",
    "form-action": "'none'",
}
# A text that we laid out ourselves: its pictures are files of the same run, and its links open in tabs of their own.
_OUR_DOCUMENT: Final = {"sandbox": "allow-popups allow-popups-to-escape-sandbox", "img-src": "'self' data:"}


def sandbox(response: Response, settings: Settings, *, is_ours: bool = False) -> Response:
    """Puts the answer into a sandbox, also where somebody opens its address by itself."""
    parts = {**_NOTHING, **(_OUR_DOCUMENT if is_ours else {}), "frame-ancestors": _ancestors(settings)}
    response.headers[_HEADER] = "; ".join(f"{name} {value}".strip() for name, value in parts.items())
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    return response


def _ancestors(settings: Settings) -> str:
    """Returns our own page first of all, and what may show that."""
    others = [one for one in frame_ancestors(settings).split() if one not in ("'self'", "'none'")]
    return " ".join(["'self'", *others])


def is_sandboxed(response: Response) -> bool:
    """Returns whether the answer is in a sandbox, which a page's own policy must not replace."""
    return response.headers.get(_HEADER, "").startswith("sandbox")


def frame_ancestors(settings: Settings) -> str:
    """Returns who may show us in a frame."""
    return " ".join(_KEYWORDS.get(one, one) for one in settings.frame_ancestors.split())
