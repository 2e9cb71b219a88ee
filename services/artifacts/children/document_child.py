"""Converts a Markdown text or a notebook to one HTML document, in a child process under limits.

HTML in Markdown is escaped, and links lead to web addresses only; HTML in a notebook's outputs is kept, as the document
is shown in a sandbox where no scripts run.
"""

import html
import json
import os
import sys
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote, urlsplit

from policies.confinement import allow_cpu, confine

_MEMORY_BYTES: Final = 2**29
_CPU_SECONDS: Final = 5
_MAX_BYTES: Final = 12 * 2**20
_PICTURES: Final = ("image/png", "image/jpeg", "image/gif")
_STYLE: Final = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 1rem; overflow-wrap: anywhere; }
pre { overflow: auto; padding: .5rem .75rem; border-radius: .375rem; background: rgb(128 128 128 / 15%); }
code, pre { font: .875rem/1.45 ui-monospace, monospace; }
img { max-width: 100%; }
table { border-collapse: collapse; display: block; overflow: auto; }
td, th { border: 1px solid rgb(128 128 128 / 50%); padding: .2rem .5rem; }
.cell { margin-block: 1rem; }
.output { border-inline-start: 3px solid rgb(128 128 128 / 50%); padding-inline-start: .75rem; overflow: auto; }
"""


def main(kind: str, language: str, files: str, path: str) -> None:
    """Converts the file on standard input to a document on standard output."""
    confine(_MEMORY_BYTES, 0)
    allow_cpu(_CPU_SECONDS)
    with os.fdopen(0, "rb") as file:
        text = file.read().decode("utf-8-sig", "replace")
    markdown = _markdown(files, path)
    body = markdown(text) if kind == "markdown" else "".join(_notebook(json.loads(text), markdown))
    head = f'<!DOCTYPE html><html lang="{html.escape(language)}"><head><meta charset="utf-8"><title>'
    made = f"{head}{html.escape(path)}</title><style>{_STYLE}</style></head><body>{body}</body></html>"
    with os.fdopen(1, "wb") as out:
        out.write(made.encode("utf-8", "replace")[:_MAX_BYTES])


def _markdown(files: str, path: str) -> Any:
    """Returns a renderer for a Markdown text whose pictures are files next to it."""
    from markdown_it import MarkdownIt

    folder = path.rpartition("/")[0]
    reader = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])

    def picture(self: Any, tokens: Any, index: int, options: Any, env: Any) -> str:
        source = str(tokens[index].attrGet("src") or "")
        if not urlsplit(source).scheme and not source.startswith("/"):
            tokens[index].attrSet("src", files + quote(_path_next_to(folder, source), safe="/"))
        return str(self.image(tokens, index, options, env))

    def link(self: Any, tokens: Any, index: int, options: Any, env: Any) -> str:
        tokens[index].attrSet("target", "_blank")
        tokens[index].attrSet("rel", "noopener noreferrer")
        return str(self.renderToken(tokens, index, options, env))

    reader.add_render_rule("image", picture)
    reader.add_render_rule("link_open", link)
    return reader.render


def _path_next_to(folder: str, source: str) -> str:
    parts = folder.split("/") if folder else []
    for part in source.partition("?")[0].split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _notebook(notebook: Any, markdown: Any) -> Iterator[str]:
    for cell in notebook["cells"]:
        source = _text(cell.get("source"))
        if cell.get("cell_type") == "markdown":
            yield f'<div class="cell">{markdown(source)}</div>'
        else:
            yield f'<div class="cell"><pre>{html.escape(source)}</pre>'
            yield from map(_output, cell.get("outputs") or [])
            yield "</div>"


def _output(output: Any) -> str:
    data = output.get("data") or {}
    for kind in _PICTURES:
        if kind in data:
            encoded = "".join(_text(data[kind]).split())
            return f'<div class="output"><img alt="" src="data:{kind};base64,{html.escape(encoded)}"></div>'
    if "text/html" in data:
        return f'<div class="output">{_text(data["text/html"])}</div>'
    shown = data.get("text/plain") or output.get("text") or output.get("traceback") or ""
    return f'<div class="output"><pre>{html.escape(_text(shown))}</pre></div>'


def _text(value: Any) -> str:
    return "".join(map(str, value)) if isinstance(value, list) else str(value or "")


if __name__ == "__main__":
    main(*sys.argv[1:])
