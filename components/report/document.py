"""The parts of the file: its head, a chart with its data, the scripts at its end.

Only our two scripts may run in it, identified by their hashes. Chart data is JSON, never script, and names are only
text: the file's content security policy applies wherever it is opened.
"""

import base64
import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import orjson

from components.report.html_text import text
from components.texts.language import language

_HERE: Final = Path(__file__).parent
_STYLE: Final = (_HERE / "report.css").read_text("utf-8")
_SCRIPT: Final = (_HERE / "report.js").read_text("utf-8")
# Characters that could end a script element from within.
_ESCAPED: Final = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


def head(title: str, plotly: Path) -> str:
    """Returns everything before the content; `plotly` is the bundle that draws the charts."""
    policy = (
        f"default-src 'none'; script-src {_hash_of(plotly)} {_hash(_SCRIPT)}; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{text(language())}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{text(policy)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{text(title)}</title>\n<style>\n{_STYLE}</style>\n</head>\n<body>\n"
    )


def chart(place: str, figure: dict[str, Any], config: dict[str, Any], summary: str) -> str:
    """Returns the placeholder of a chart with its data."""
    # Inside a script element it would be code; as JSON it is only data.
    data = orjson.dumps({"figure": figure, "config": config}).decode().translate(_ESCAPED)
    return (
        f'<figure class="chart"><div class="plot" id="{place}"></div>'
        f"<figcaption>{text(summary)}</figcaption></figure>\n"
        f'<script type="application/json" data-plot="{place}">{data}</script>\n'
    )


def scripts(plotly: Path) -> list[str]:
    """Returns the scripts that draw the charts, and the end of the file."""
    return ["<script>", _bundle(plotly), "</script>\n<script>", _SCRIPT, "</script>\n</body>\n</html>\n"]


@lru_cache(maxsize=1)
def _bundle(plotly: Path) -> str:
    return plotly.read_text("utf-8")


@lru_cache(maxsize=1)
def _hash_of(plotly: Path) -> str:
    return _hash(_bundle(plotly))


def _hash(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
