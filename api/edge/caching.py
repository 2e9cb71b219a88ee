"""How long a browser may cache answers.

An address with its file's modification time (`?m=…`, `name.v…m….js`) never changes its content and is cached for
ever. Everything else is revalidated, documents too: they contain the newest addresses.
"""

import re
import sys
from pathlib import Path

from dash.fingerprint import check_fingerprint
from flask import Flask, Response, request

FOR_EVER = "public, max-age=31536000, immutable"
_ASSETS, _SUITES = "/assets/", "/_dash-component-suites/"


def register(server: Flask, assets: Path) -> None:
    """Adds Cache-Control to every answer of `server` that has none; its files are in `assets`."""

    @server.after_request
    def set_cache_lifetime(response: Response) -> Response:
        if request.path.startswith((_ASSETS, _SUITES)):
            kept = response.status_code in (200, 304) and _is_named_by_its_time(assets)
            response.headers["Cache-Control"] = FOR_EVER if kept else "no-cache"
        elif response.mimetype == "text/html":
            response.headers.setdefault("Cache-Control", "no-cache")
        else:
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def _is_named_by_its_time(assets: Path) -> bool:
    """Returns whether the time in the address is that of the served file.

    Of two hosts one may still have the old file.
    """
    parts = request.view_args or {}
    if request.path.startswith(_ASSETS):
        return request.args.get("m") == str((assets / parts["filename"]).stat().st_mtime)
    inside, has_fingerprint = check_fingerprint(parts["fingerprinted_path"])
    named = re.search(r"\.v[\w-]+m(\d+)\.", parts["fingerprinted_path"])
    if not has_fingerprint or named is None:
        return False
    package = Path(str(sys.modules[parts["package_name"]].__file__)).parent
    return int((package / inside).stat().st_mtime) == int(named[1])
