"""A note in Markdown, as components: nothing in it is HTML, no picture is fetched, and links lead to web addresses."""

from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import urlsplit

from dash import html
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

_READER: Final = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
_SCHEMES: Final = frozenset({"http", "https", "mailto"})
# Headings of a note are below those of its page.
_HEADINGS: Final = {"h1": html.H3, "h2": html.H4, "h3": html.H5, "h4": html.H6, "h5": html.H6, "h6": html.H6}
_PLAIN: Final = {
    "paragraph": html.P,
    "bullet_list": html.Ul,
    "ordered_list": html.Ol,
    "list_item": html.Li,
    "blockquote": html.Blockquote,
    "strong": html.Strong,
    "em": html.Em,
    "s": html.S,
    "thead": html.Thead,
    "tbody": html.Tbody,
    "tr": html.Tr,
    "th": html.Th,
    "td": html.Td,
}


def note(text: str) -> list[Any]:
    """Returns the components of a note."""
    return _all(SyntaxTreeNode(_READER.parse(text)).children)


def _all(nodes: Iterable[SyntaxTreeNode]) -> list[Any]:
    return [part for node in nodes for part in _of(node)]


def _of(node: SyntaxTreeNode) -> list[Any]:
    if node.type in _PLAIN:
        return [_PLAIN[node.type](_all(node.children))]
    if node.type == "heading":
        return [_HEADINGS[node.tag](_all(node.children))]
    match node.type:
        case "text" | "html_inline" | "html_block":
            return [node.content]
        case "softbreak":
            return ["\n"]
        case "hardbreak":
            return [html.Br()]
        case "hr":
            return [html.Hr()]
        case "code_inline":
            return [html.Code(node.content)]
        case "code_block" | "fence":
            return [html.Pre(html.Code(node.content))]
        case "table":
            return [html.Table(_all(node.children), className="table table-sm w-auto")]
        case "link":
            return _link(str(node.attrs.get("href", "")), _all(node.children))
        case "image":
            return _link(str(node.attrs.get("src", "")), [node.content or str(node.attrs.get("src", ""))])
    return _all(node.children)


def _link(address: str, children: list[Any]) -> list[Any]:
    try:
        scheme = urlsplit(address).scheme.lower()
    except ValueError:
        scheme = ""
    if scheme not in _SCHEMES:
        return children
    return [html.A(children, href=address, target="_blank", rel="noopener noreferrer nofollow")]
