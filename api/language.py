"""Which language a request is answered in, and whether its page stands in another site's frame."""

from urllib.parse import parse_qs, urlsplit

from flask import g, request

LANGUAGES = ("en", "ja")


def choose_language() -> str:
    """`?lang=` of the page, else what the browser prefers, else English.

    A Dash callback goes to an address of its own; the page it came from is in the Referer.
    """
    for query in _asked("lang"):
        if query in LANGUAGES:
            g.asked_language = query
            return query
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


def note_the_frame() -> None:
    """Keeps for the links of this request that its page was asked for with `?embed=1`: without a header of its own."""
    g.embedded = "1" in _asked("embed")


def _asked(name: str) -> tuple[str | None, str | None]:
    """A part of the request's own query, and of that of the page which it came from."""
    page = parse_qs(urlsplit(request.headers.get("Referer", "")).query)
    return request.args.get(name), page.get(name, [None])[0]
