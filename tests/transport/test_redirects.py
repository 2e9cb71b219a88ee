"""A redirected write is a named failure and happens nowhere else; a read follows a redirect to the same host only."""

from itertools import product

import pytest

from domain.errors import BadResponse, ServiceUnavailable
from domain.errors.connections import Redirected
from tests.transport.servers import Answer, Oracle
from transport.exchange import Request
from transport.http_client import JsonService
from transport.opened import Answer as Got
from transport.redirects import MAX_REDIRECTS, follow

TRUTH = b'{"true": 1}'


def redirect(status: int, location: str) -> Answer:
    return status, {"Location": location}, b"{}"


@pytest.mark.parametrize(("status", "method"), product((301, 302, 303, 307, 308), ("POST", "DELETE")))
@pytest.mark.parametrize("is_same", [True, False], ids=["same host", "another host"])
def test_a_redirected_write_is_refused_and_not_followed(
    oracle: Oracle, other_host: Oracle, status: int, method: str, is_same: bool
) -> None:
    elsewhere = oracle if is_same else other_host
    target = f"{elsewhere.address}/login?token=s3cret"
    oracle.answers["/alias"] = redirect(status, target.replace("//", "//bob:hunter2@"))
    with pytest.raises(Redirected) as caught:
        JsonService("Oracle", oracle.address).call(method, "/alias", body={"version": "14"}, writes=True)
    assert [requested.path for requested in oracle.received] == ["/alias"]
    assert other_host.received == []
    assert not isinstance(caught.value, ServiceUnavailable)  # otherwise it would be repeated
    assert str(caught.value) == (
        f"Oracle: answered with a redirect to {elsewhere.address} (HTTP {status}), which is not followed"
    )


@pytest.mark.parametrize(("status", "method"), product((301, 302, 307, 308), ("GET", "POST")))
def test_a_read_follows_to_the_same_host(oracle: Oracle, status: int, method: str) -> None:
    oracle.answers |= {"/old": redirect(status, "/new?page=2"), "/new": (200, {}, TRUTH)}
    service = JsonService("Oracle", oracle.address.replace("//", "//bob:s3cret@"))
    assert service.call(method, "/old", params={"page": 1}, body={"which": "all"}) == {"true": 1}
    first, second = oracle.received
    # A query in a body is sent again, not turned into another.
    assert (second.method, second.path, second.body) == (method, "/new?page=2", first.body)
    assert second.headers["Authorization"] == first.headers["Authorization"]


@pytest.mark.parametrize(("status", "method"), product((301, 302, 303, 307, 308), ("GET", "POST")))
def test_a_read_does_not_follow_a_redirect_to_another_host(
    oracle: Oracle, other_host: Oracle, status: int, method: str
) -> None:
    oracle.answers["/runs"] = redirect(status, f"{other_host.address}/runs")
    with pytest.raises(Redirected, match=f"redirect to {other_host.address} "):
        JsonService("Oracle", oracle.address.replace("//", "//bob:s3cret@")).call(method, "/runs")
    assert other_host.received == []


def test_a_303_is_followed_for_get_and_refused_for_post(oracle: Oracle) -> None:
    oracle.answers |= {"/old": redirect(303, "/new"), "/new": (200, {}, TRUTH)}
    service = JsonService("Oracle", oracle.address)
    assert service.call("GET", "/old") == {"true": 1}
    with pytest.raises(Redirected):
        service.call("POST", "/old")


def test_a_redirect_loop_ends(oracle: Oracle) -> None:
    oracle.answers["/round"] = redirect(302, "/round")
    with pytest.raises(Redirected):
        JsonService("Oracle", oracle.address).call("GET", "/round")
    assert len(oracle.received) == MAX_REDIRECTS + 1


@pytest.mark.parametrize("status", [300, 302, 305])
def test_a_redirect_without_a_target_is_an_invalid_response(oracle: Oracle, status: int) -> None:
    oracle.answers["/runs"] = (status, {}, b'{"runs": []}')
    with pytest.raises(BadResponse, match=f"HTTP {status} was not expected"):
        JsonService("Oracle", oracle.address).call("GET", "/runs")


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("http://[::1", "?"),
        ("http://x:99999/", "?"),
        ("//other.example/x", "http://other.example"),
        ("ftp://127.0.0.1/", "ftp://127.0.0.1"),
        ("javascript:alert(1)", "javascript:"),
    ],
)
def test_an_odd_target_is_not_followed(oracle: Oracle, location: str, target: str) -> None:
    oracle.answers["/runs"] = redirect(302, location)
    with pytest.raises(Redirected) as caught:
        JsonService("Oracle", oracle.address).call("GET", "/runs")
    assert caught.value.target == target
    assert len(oracle.received) == 1


@pytest.mark.parametrize(
    ("url", "location", "followed"),
    [
        ("http://ml.example/a", "https://ml.example/a", "https://ml.example/a"),
        ("http://ML.example:80/a", "https://ml.example:443/a?b", "https://ml.example/a?b"),
        ("http://ml.example/a", "http://ml.example:80/b", "http://ml.example/b"),
        ("http://[fd00::1]/a", "https://[fd00::1]/a", "https://[fd00::1]/a"),
        # Addresses that two parsers may read as two hosts: the host is Clew's own in any case.
        ("http://ml.example/a", "//eve.example\\@ml.example/b", "http://ml.example/b"),
        ("http://ml.example:5000/a", "https://ml.example/a", None),
        ("http://ml.example:5000/a", "https://ml.example:5000/a", None),
        ("https://ml.example/a", "http://ml.example/a", None),
        ("http://ml.example/a", "https://www.ml.example/a", None),
        ("http://ml.example/a", "http://ml.example.eve.example/a", None),
        ("http://ml.example/a", "http://ml.example@eve.example/a", None),
        ("http://ml.example/a", "http://ml.example:81/a", None),
    ],
)
def test_redirects_are_followed_to_the_same_host_only(url: str, location: str, followed: str | None) -> None:
    requested: list[str] = []

    def send(request: Request) -> Got:
        requested.append(request.url)
        return Got(302, {"Location": location}, b"") if len(requested) == 1 else Got(200, {}, b"{}")

    if followed is None:
        with pytest.raises(Redirected):
            follow(send, Request("GET", url, {}), "Oracle", writes=False)
    else:
        follow(send, Request("GET", url, {}), "Oracle", writes=False)
    assert requested == [url] + [followed] * (followed is not None)
