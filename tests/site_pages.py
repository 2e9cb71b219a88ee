"""The addresses of all pages, as the modules of `pages/` register them: a test of every page is held to them."""

import re
from collections.abc import Iterable
from pathlib import Path

_PAGES = Path(__file__).parents[1] / "pages"
_REGISTERED = re.compile(r'\bpath(?:_template)?="([^"]+)"')


def site_pages() -> set[str]:
    """Returns the path of each page; parts in angle brackets vary."""
    return {path for file in _PAGES.glob("*.py") for path in _REGISTERED.findall(file.read_text())}


def unvisited(addresses: Iterable[str]) -> set[str]:
    """Returns the paths of the pages that none of the addresses opens."""
    visited = {address.partition("?")[0] for address in addresses}
    return {page for page in site_pages() if not any(_pattern(page).fullmatch(path) for path in visited)}


def _pattern(page: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"<\w+>", "[^/]+", page))
