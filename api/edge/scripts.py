"""Serves the scripts of `assets/` as one, at an address with the hash of its content."""

from pathlib import Path

from flask import Flask, Response, abort

from api.edge.bundle import bundle
from api.edge.caching import FOR_EVER

ENTRY = "main.js"


def register(server: Flask, assets: Path) -> str:
    """Adds `GET /scripts/…` to `server`, and returns the script's address below the app's prefix."""
    made = bundle(assets, ENTRY)
    name = f"clew.{made.version}.js"
    texts = {
        name: (f"{made.text}//# sourceMappingURL={name}.map\n", "text/javascript"),
        f"{name}.map": (made.source_map, "application/json"),
    }

    @server.get("/scripts/<file_name>")
    def script(file_name: str) -> Response:
        """Returns the script, or its source map. If the address has another version, the answer may not be cached."""
        is_map = file_name.endswith(".map")
        if not file_name.startswith("clew.") or not file_name.endswith((".js", ".js.map")):
            abort(404)
        text, mimetype = texts[f"{name}.map" if is_map else name]
        keeping = FOR_EVER if file_name in texts else "no-cache"
        return Response(text, mimetype=mimetype, headers={"Cache-Control": keeping})

    return f"scripts/{name}"
