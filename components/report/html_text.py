"""HTML components as text. User-provided names and values are always escaped."""

import html
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from dash.development.base_component import Component

_VOID: Final = frozenset({"br", "hr", "img"})
# Controls are left out: they do nothing without Clew.
_LEFT_OUT: Final = frozenset({"button", "form", "input", "script", "store", "interval"})
_TAGS: Final = {"Badge": ("span", "badge"), "Table": ("table", "table")}
_NAMES: Final = {
    "className": "class",
    "class_name": "class",
    "htmlFor": "for",
    "tabIndex": "tabindex",
    "colSpan": "colspan",
}
_KEPT: Final = frozenset(
    {"id", "title", "scope", "role", "href", "src", "alt", "lang", "dir", "open", "hidden", "loading"}
)


def html_text(component: Any, base: str) -> str:
    """Returns `component` as HTML; relative links are resolved against `base`."""
    return "".join(_pieces(component, base))


def text(value: object) -> str:
    """Returns the value escaped for use between tags or in quotes."""
    return html.escape(str(value), quote=True)


def moment_text(unix_ms: float) -> str:
    """Returns a moment in UTC: the reader's time zone is unknown."""
    return datetime.fromtimestamp(unix_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _pieces(component: Any, base: str) -> Iterator[str]:
    if component is None:
        return
    if isinstance(component, list | tuple):
        for one in component:
            yield from _pieces(one, base)
    elif isinstance(component, Component):
        yield from _element(component, base)
    else:
        yield text(component)


def _element(component: Component, base: str) -> Iterator[str]:
    described = component.to_plotly_json()
    tag, its_class = _TAGS.get(described["type"], (described["type"].lower(), ""))
    props = described["props"]
    if tag in _LEFT_OUT:
        return
    yield f"<{tag}{''.join(_attributes(props, its_class, base))}>"
    if tag in _VOID:
        return
    if tag == "time" and str(props.get("data-ms", "")).lstrip("-").isdigit():
        yield text(moment_text(int(props["data-ms"])))  # on a page, a script would write it
    else:
        yield from _pieces(props.get("children"), base)
    yield f"</{tag}>"


def _attributes(props: dict[str, Any], its_class: str, base: str) -> Iterator[str]:
    classes = " ".join(filter(None, [its_class, props.get("className"), props.get("class_name")]))
    if classes:
        yield f' class="{text(classes)}"'
    if isinstance(style := props.get("style"), dict):
        yield f' style="{text("; ".join(f"{_css_name(name)}: {value}" for name, value in style.items()))}"'
    for name, value in props.items():
        if name in ("href", "src"):
            yield from _address(name, str(value), base)
        elif value is True and name in _KEPT:
            yield f" {name}"
        elif (name in _KEPT or name.startswith("aria-")) and isinstance(value, str):
            yield f' {_NAMES.get(name, name)}="{text(value)}"'


def _address(name: str, value: str, base: str) -> Iterator[str]:
    """Yields the attribute if it links to Clew or the web, or is an embedded picture; nothing that could run."""
    whole = value if value.startswith("data:image/") and name == "src" else urljoin(base, value)
    if urlsplit(whole).scheme in ("http", "https", "data"):
        yield f' {name}="{text(whole)}"'


def _css_name(name: str) -> str:
    return "".join(f"-{sign.lower()}" if sign.isupper() else sign for sign in name)
