"""Finds and removes secrets in texts, for messages about wrong settings and for log lines."""

import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import quote, unquote, urlsplit

HIDDEN: Final = "***"
# A colon that begins neither a port nor `//`: it may precede a password.
_COLON: Final = re.compile(r":(?!//)(?!\d{1,5}(?:[/?#,|\s'\"]|$))")
_IPV6: Final = re.compile(r"\[[0-9A-Fa-f:.]*\]")
_USERINFO: Final = re.compile(r"//[^\s/\"']*@")
_SHORTEST: Final = 4  # a shorter word is part of many others, which would become unreadable


def may_hold_credentials(text: str) -> bool:
    """Returns whether text meant as addresses may contain a name or a password, in whatever spelling.

    True for any @, also an encoded one, and for a colon before something that is not a port: in `http://a:b`, b may be
    a mistaken port, or a password whose host was forgotten.
    """
    return "@" in _decoded(text) or bool(_COLON.search(_IPV6.sub("", text)))


def secrets_in(urls: Iterable[str]) -> frozenset[str]:
    """Returns the passwords of addresses, as written and decoded."""
    found: set[str] = set()
    for url in urls:
        try:
            password = urlsplit(url).password or ""
        except ValueError:  # not an address
            continue
        found |= {password, unquote(password)}
    return frozenset(found - {""})


def proxy_passwords(environment: Mapping[str, str]) -> frozenset[str]:
    """Returns the passwords of the proxies that an environment names, with a scheme or without."""
    proxies = [value for name, value in environment.items() if name.lower().endswith("_proxy")]
    return secrets_in(one if "://" in one else f"http://{one}" for one in proxies)


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """Removes these words from `text`, and the credentials of any address.

    The words are found as they are, encoded as in addresses, and as in JSON; very short ones are kept.
    """
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST:
            for spelled in _spellings(secret):
                text = text.replace(spelled, HIDDEN)
    return _USERINFO.sub(f"//{HIDDEN}@", text)


@lru_cache(64)
def _spellings(secret: str) -> tuple[str, ...]:
    """Returns the text as it is, as in an address, and as in JSON, where a stack trace may hold the repr of a value."""
    spelled = [json.dumps(one, ensure_ascii=False)[1:-1] for one in (secret, repr(secret)[1:-1])]
    return secret, quote(secret, safe=""), quote(secret), *spelled, json.dumps(secret)[1:-1]


def _decoded(text: str) -> str:
    """Decodes percent-encoding, also if it was encoded twice."""
    return unquote(unquote(text))
