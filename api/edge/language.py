"""The language of a request, and whether its page is embedded in another site."""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import parse_qs, urlsplit

from flask import g, request

from domain.languages import LANGUAGES, SOURCE_LANGUAGE, Language, known_language
from domain.links import Links

_QUERY_HEADER: Final = "X-Clew-Query"


def choose_language() -> Language:
    """Returns `?lang=` of the page, else the browser's preference, else the source's language.

    A Dash callback has an address of its own; its page's query is sent along.
    """
    preferred = request.accept_languages.best_match(LANGUAGES)
    return _requested_language() or known_language(preferred) or SOURCE_LANGUAGE


def store_links(prefix: str) -> None:
    """Stores where links of this request lead: below `prefix`, with `?lang=` and `?embed=1` (no header) of its page.

    It runs before anything else: a link may be made before the first text, which is when the language is chosen.
    """
    language = _requested_language()
    kept = {"lang": language} if language else {}
    g.links = Links(prefix, kept | ({"embed": "1"} if "1" in _parameter_values("embed") else {}))


def _requested_language() -> Language | None:
    return next(filter(None, map(known_language, _parameter_values("lang"))), None)


def _parameter_values(name: str) -> tuple[str | None, str | None]:
    """Returns a parameter of the request's own query, and of the query of its page."""
    return request.args.get(name), _page_query().get(name, [None])[0]


def _page_query() -> Mapping[str, Sequence[str | None]]:
    """Returns the query of the page's address: as sent by assets/page_request.js, else from the Referer, if any.

    Browsers cut a Referer of more than 4,096 characters to its origin, and a portal may forbid it.
    """
    try:
        query = request.headers.get(_QUERY_HEADER)
        return parse_qs(urlsplit(request.headers.get("Referer", "")).query if query is None else query)
    except ValueError:  # invalid address, such as "http://[", or too many names
        return {}
