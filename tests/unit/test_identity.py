"""Who counts as a user, and who may write."""

from typing import Any

import pytest
from werkzeug.datastructures import Headers

from domain.errors import ReadOnly, SignInNeeded
from services.identity import user_of, writing_person, writing_program
from settings.settings import Settings

TOKEN = "a-long-enough-token"


def settings(**values: Any) -> Settings:
    return Settings(_env_file=None, **({"trusted_user_header": "X-Forwarded-User"} | values))  # type: ignore[call-arg]


def sent(**values: str) -> Headers:
    return Headers({name.replace("_", "-"): value for name, value in values.items()})


@pytest.mark.parametrize(
    ("peer", "proxies", "user"),
    [
        ("127.0.0.1", None, "kim"),
        ("127.9.9.9", None, "kim"),
        ("::1", None, "kim"),
        ("::ffff:127.0.0.1", None, "kim"),
        ("10.0.0.5", None, None),
        ("::ffff:10.0.0.5", None, None),
        ("10.0.0.5", "10.0.0.0/24, 192.0.2.1", "kim"),
        ("192.0.2.1", "10.0.0.0/24, 192.0.2.1", "kim"),
        ("127.0.0.1", "10.0.0.0/24", None),
        ("", None, None),
        (None, None, None),
        ("not an address", None, None),
    ],
)
def test_the_header_counts_only_from_a_trusted_proxy(peer: str | None, proxies: str | None, user: str | None) -> None:
    values = {} if proxies is None else {"trusted_proxies": proxies}
    assert user_of(sent(X_Forwarded_User="kim"), peer, settings(**values)) == user


@pytest.mark.parametrize("value", ["", "  ", "a\tb", "kim,root", "x" * 201])
def test_an_invalid_name_identifies_no_person(value: str) -> None:
    assert user_of(sent(X_Forwarded_User=value), "127.0.0.1", settings()) is None


def test_a_user_header_is_ignored_without_its_setting() -> None:
    assert user_of(sent(X_Forwarded_User="kim"), "127.0.0.1", settings(trusted_user_header=None)) is None


def test_a_page_needs_a_signed_in_user_once_an_api_token_is_set() -> None:
    assert writing_person(sent(), "10.0.0.5", settings()) is None
    guarded = settings(api_token=TOKEN)
    assert writing_person(sent(X_Forwarded_User="kim"), "127.0.0.1", guarded) == "kim"
    for headers, peer in ((sent(), "127.0.0.1"), (sent(X_Forwarded_User="kim"), "10.0.0.5")):
        with pytest.raises(SignInNeeded):
            writing_person(headers, peer, guarded)


def test_a_program_needs_the_token_whatever_user_name_it_sends() -> None:
    guarded = settings(api_token=TOKEN)
    assert writing_program(sent(Authorization=f"bearer {TOKEN}"), "10.0.0.5", guarded) is None
    with pytest.raises(SignInNeeded):
        writing_program(sent(X_Forwarded_User="kim"), "127.0.0.1", guarded)


def test_read_only_applies_to_persons_and_programs() -> None:
    with pytest.raises(ReadOnly):
        writing_person(sent(X_Forwarded_User="kim"), "127.0.0.1", settings(read_only=True))
    with pytest.raises(ReadOnly):
        writing_program(sent(), "127.0.0.1", settings(read_only=True))


@pytest.mark.parametrize(
    "values", [{"trusted_proxies": "10.0.0.1/8"}, {"trusted_proxies": "proxy"}, {"api_token": "x"}]
)
def test_invalid_proxies_and_short_tokens_are_refused(values: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"proxies|token"):
        settings(**values)
