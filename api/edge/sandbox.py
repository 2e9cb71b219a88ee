"""Headers for answers with a file of unknown origin: nothing in it runs, makes requests, or belongs to our origin."""

from collections.abc import Mapping
from typing import Final

from flask import Response

from settings.settings import Settings

_HEADER: Final = "Content-Security-Policy"
# The quotes are added here because a .env file would drop them.
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
# Documents that we generated: pictures are files of the same run, and links open in new tabs.
_OUR_DOCUMENT: Final = {"sandbox": "allow-popups allow-popups-to-escape-sandbox", "img-src": "'self' data:"}


def sandbox(response: Response, settings: Settings, *, is_ours: bool = False) -> Response:
    """Adds headers that sandbox the answer, even if its address is opened directly."""
    parts = {**_NOTHING, **(_OUR_DOCUMENT if is_ours else {}), "frame-ancestors": _ancestors(settings)}
    response.headers[_HEADER] = "; ".join(f"{name} {value}".strip() for name, value in parts.items())
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    return response


def _ancestors(settings: Settings) -> str:
    """Returns our own page, followed by the sites that may embed it."""
    others = [one for one in frame_ancestors(settings).split() if one not in ("'self'", "'none'")]
    return " ".join(["'self'", *others])


def is_sandboxed(response: Response) -> bool:
    """Returns whether the answer is sandboxed; the policy of pages must not replace that."""
    return response.headers.get(_HEADER, "").startswith("sandbox")


def frame_ancestors(settings: Settings) -> str:
    """Returns the sites that may show Clew in a frame."""
    return " ".join(_KEYWORDS.get(one, one) for one in settings.frame_ancestors.split())
