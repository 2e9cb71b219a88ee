"""The query of a page's address as one opaque text: the part that makes a view, its short form, and parsing.

Each component defines its own parameters. This module reads only those that name another address, and the user's own;
parameters of later versions are kept, byte for byte.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qs, unquote_plus, urlencode

SHORT: Final = "v"
VIEW: Final = "view"
EXPERIMENT: Final = "experiment"
NO_VIEW: Final = "none"
"""The value of `view` that shows the plain list where a team has a default view."""
OF_THE_READER: Final = frozenset({"lang", "embed"})
NO_PART_OF_A_VIEW: Final = OF_THE_READER | {SHORT, VIEW}
LONG: Final = 2_000
"""Characters beyond which a shared link uses the short form: mails and chats cut longer ones."""
TOO_LONG_FOR_SERVERS: Final = 8_000
"""Characters beyond which the address bar uses it, too: servers and proxies refuse a line of 8 KiB by default."""
MAX_CHARACTERS: Final = 200_000
_HASH: Final = re.compile(r"[0-9a-f]{32}")

Query = Mapping[str, str | list[str]]
"""A query as Dash parses it; a repeated name has a list."""


def normalised(query: str) -> str:
    """Returns the part of a query that makes the view, without the user's own parameters and addresses by name."""
    parts = query.removeprefix("?").split("&")
    return "&".join(part for part in parts if part and name_of(part) not in NO_PART_OF_A_VIEW)


def name_of(part: str) -> str:
    """Returns the name in a part `name=value` of a query, decoded."""
    return unquote_plus(part.partition("=")[0])


def hash_of(query: str) -> str:
    """Returns the short form of a normalised query; it depends on nothing but the query."""
    return hashlib.sha256(query.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def is_hash(text: str) -> bool:
    """Returns whether `text` can be a short form."""
    return _HASH.fullmatch(text) is not None


def parsed(query: str) -> dict[str, str | list[str]]:
    """Returns the query as Dash passes it to a page."""
    found = parse_qs(query, keep_blank_values=True)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def first(query: Query, name: str) -> str | None:
    """Returns the first value of a parameter; None without one."""
    value = query.get(name)
    return value[0] if isinstance(value, list) else value


def with_own(base: str, own: Query) -> str:
    """Returns a query in which the parameters `own` replace those of the same names."""
    kept = [part for part in base.split("&") if part and name_of(part) not in own]
    return "&".join([*kept, *([urlencode(own, doseq=True, errors="replace")] if own else [])])
