"""What may be a secret in a text, and texts without them: for sentences about wrong settings, and for log lines."""

import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import quote, unquote, urlsplit

HIDDEN: Final = "***"
# A colon that begins neither a port nor `//`: before what may be a password.
_COLON: Final = re.compile(r":(?!//)(?!\d{1,5}(?:[/?#,|\s'\"]|$))")
_IPV6: Final = re.compile(r"\[[0-9A-Fa-f:.]*\]")
_USERINFO: Final = re.compile(r"//[^\s/\"']*@")
_SHORTEST: Final = 4  # a shorter word stands in many others, which nobody could read any more


def may_hold_credentials(text: str) -> bool:
    """Returns whether a name or a password may be in what was meant as addresses, however they are written.

    So does what has an @, also an encoded one, and what has a colon before something that is no port: of `http://a:b`
    nobody knows whether b is a mistaken port, or a password whose host was forgotten.
    """
    return "@" in _decoded(text) or bool(_COLON.search(_IPV6.sub("", text)))


def secrets_in(urls: Iterable[str]) -> frozenset[str]:
    """Returns the passwords of addresses, as they are written and as they are meant."""
    found: set[str] = set()
    for url in urls:
        try:
            password = urlsplit(url).password or ""
        except ValueError:  # no address at all
            continue
        found |= {password, unquote(password)}
    return frozenset(found - {""})


def proxy_passwords(environment: Mapping[str, str]) -> frozenset[str]:
    """Returns the passwords of the proxies that an environment names, with a scheme or without."""
    proxies = [value for name, value in environment.items() if name.lower().endswith("_proxy")]
    return secrets_in(one if "://" in one else f"http://{one}" for one in proxies)


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """Removes these words from `text`, and what stands before the host of any address.

    The words are found as they are, encoded as in addresses, and as in JSON; very short ones are left.
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
    """Decodes what is encoded, also twice."""
    return unquote(unquote(text))
