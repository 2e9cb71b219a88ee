"""Which language a request is answered in."""

from urllib.parse import parse_qs, urlsplit

from flask import g, request

LANGUAGES = ("en", "ja")


def choose_language() -> str:
    """`?lang=` of the page, else what the browser prefers, else English.

    A Dash callback goes to an address of its own; the page it came from is in the Referer.
    """
    for query in (request.args.get("lang"), _of_page(request.headers.get("Referer", ""))):
        if query in LANGUAGES:
            g.asked_language = query
            return query
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


def _of_page(address: str) -> str | None:
    return parse_qs(urlsplit(address).query).get("lang", [None])[0]
