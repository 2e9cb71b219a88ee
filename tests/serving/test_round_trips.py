"""Under Clew's worker an app gets what was sent, and its client what it answered: in any pieces, sizes and orders."""

import hashlib
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import hypothesis.strategies as st
import pytest
import requests
from hypothesis import given, settings

from serving.pace import WINDOW_SECONDS
from tests.serving.sample_app import FILE_BYTES
from tests.serving.sample_server import connect, read_answer

SLOW_BYTES_PER_SECOND = FILE_BYTES / (1.1 * WINDOW_SECONDS)


def echo_request(body: bytes, number: int, *, chunked: bool = False) -> bytes:
    head = f"POST /echo?n={number} HTTP/1.1\r\nHost: h\r\n".encode()
    if chunked:
        return head + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    return head + b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def echoed(body: bytes, number: int) -> bytes:
    return f"{len(body)} {hashlib.sha256(body).hexdigest()} {number}".encode()


@given(
    st.lists(st.tuples(st.binary(min_size=1, max_size=40_000), st.booleans()), min_size=1, max_size=5),
    st.lists(st.integers(min_value=1), max_size=5),
)
@settings(max_examples=60)
def test_pipelined_requests_are_answered_in_order_however_they_come(
    port: int, sent: list[tuple[bytes, bool]], cuts: list[int]
) -> None:
    content = b"".join(echo_request(body, n, chunked=chunked) for n, (body, chunked) in enumerate(sent))
    places = sorted({cut % len(content) for cut in cuts})
    with connect(port) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for start, end in zip([0, *places], [*places, len(content)], strict=True):
            client.sendall(content[start:end])
        rest = b""
        for number, (body, _) in enumerate(sent):
            _, answer, rest = read_answer(client, rest)
            assert answer == echoed(body, number)


@pytest.mark.parametrize("size", [0, 1, 8_191, 8_192, 65_537, 2**20])
def test_bodies_of_any_size_arrive_and_one_too_long_is_refused_by_the_app(port: int, size: int) -> None:
    body = bytes(range(256)) * (size // 256 + 1)
    answer = requests.post(f"http://127.0.0.1:{port}/echo?n=7", data=body[:size], timeout=60)
    assert answer.content == echoed(body[:size], 7)


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_too_long_is_refused_and_its_remainder_is_no_request(port: int, chunked: bool) -> None:
    body = b"GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n" * 300_000  # more than is read of any
    with connect(port) as client:
        client.sendall(echo_request(body, 1, chunked=chunked)[: 9 * 2**20])
        head, _, rest = read_answer(client)
        assert head.startswith(b"HTTP/1.1 413")
        assert b"connection: close" in head.lower()
        assert rest == b""


def test_a_body_that_the_app_leaves_unread_is_not_the_next_request(port: int) -> None:
    with connect(port) as client:
        for path in (b"/unread", b"/echo?n=0"):
            body = b"GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n" * 10_000
            client.sendall(b"POST %s HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n%s" % (path, len(body), body))
            head, answer, rest = read_answer(client)
            assert head.startswith(b"HTTP/1.1 200")
            assert answer in (b"not read", echoed(body, 0))
            assert rest == b""


@pytest.mark.parametrize(
    "lengths",
    [
        b"Content-Length: 3\r\nContent-Length: 30\r\n",
        b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: +3\r\n",
        b"Content-Length: 3, 3\r\n",
        b"Content-Length : 3\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
        b"Transfer-Encoding : chunked\r\n",
        b"X: y\r\n Transfer-Encoding: chunked\r\n",
    ],
)
def test_a_request_of_unclear_length_ends_its_connection(port: int, lengths: bytes) -> None:
    with connect(port) as client:
        client.sendall(
            b"POST /echo HTTP/1.1\r\nHost: h\r\n" + lengths + b"\r\nabcGET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n"
        )
        response = all_of(client)
    assert response.startswith(b"HTTP/1.1 4")
    assert response.count(b"HTTP/1.1 ") == 1


def test_a_client_that_expects_100_continue_gets_it(port: int) -> None:
    with connect(port) as client:
        client.sendall(b"POST /echo?n=1 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        word = client.recv(2**16)
        assert word == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"abc")
        assert read_answer(client)[1] == echoed(b"abc", 1)


def test_a_head_that_is_too_long_is_refused(port: int) -> None:
    with connect(port) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: h\r\n" + b"X: %s\r\n" % (b"x" * 1_000) * 300)
        head, body, _ = read_answer(client)
    assert head.startswith(b"HTTP/1.1 431")
    assert b'"code":"head-too-long"' in body


def test_long_responses_arrive_completely_even_at_a_slow_reader(port: int) -> None:
    """For longer than a window of the pace, at a megabyte and a half a second."""

    def received(path: str) -> int:
        began, got = time.monotonic(), 0
        with requests.get(f"http://127.0.0.1:{port}{path}", stream=True, timeout=60) as answer:
            for piece in answer.iter_content(2**16):
                got += len(piece)
                time.sleep(max(0.0, got / SLOW_BYTES_PER_SECOND - (time.monotonic() - began)))
        return got

    paths = ["/file", f"/bytes?n={FILE_BYTES}", f"/stream?n={FILE_BYTES >> 16}"]
    with ThreadPoolExecutor(len(paths)) as readers:
        assert list(readers.map(received, paths)) == [FILE_BYTES] * len(paths)


def test_a_requested_range_of_a_file_arrives(port: int) -> None:
    headers = {"Range": "bytes=1000-70999"}
    answer = requests.get(f"http://127.0.0.1:{port}/file", headers=headers, timeout=60)
    assert (answer.status_code, len(answer.content)) == (206, 70_000)
    assert requests.head(f"http://127.0.0.1:{port}/file", timeout=60).headers["Content-Length"] == str(FILE_BYTES)


def test_a_response_that_breaks_off_is_an_error_and_the_worker_continues(port: int) -> None:
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        requests.get(f"http://127.0.0.1:{port}/breaks", timeout=60)
    assert requests.get(f"http://127.0.0.1:{port}/health", timeout=60).ok


def test_connections_are_reused_and_closed_ones_affect_no_other(port: int) -> None:
    with requests.Session() as session:
        for _ in range(20):
            assert session.get(f"http://127.0.0.1:{port}/health", timeout=60).text == "healthy"
    for sent in (b"", b"GET", b"GET /file HTTP/1.1\r\nHost: h\r\n\r\n", echo_request(bytes(10), 1)[:-5]):
        with connect(port) as client:
            client.sendall(sent)
    assert requests.get(f"http://127.0.0.1:{port}/health", timeout=60).ok


@pytest.mark.parametrize(
    "chunks",
    [
        b"0\r\nno header\r\n\r\n",
        b"0\r\nHost: h\r\n\r\n",
        b"x\r\n\r\n",
        b"1\r\nabc\r\n0\r\n\r\n",
        b"1;\r;\r\nx\r\n0\r\n\r\n",
    ],
)
def test_an_unread_or_invalid_body_gets_only_one_response(port: int, chunks: bytes) -> None:
    with connect(port) as client:
        client.sendall(b"POST /unread HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks)
        client.shutdown(socket.SHUT_WR)
        response = all_of(client)
    assert response.endswith(b"not read")
    assert response.count(b"HTTP/1.1 ") == 1


def test_an_http_1_0_client_gets_no_100_continue(port: int) -> None:
    with connect(port) as client:
        client.sendall(b"POST /echo?n=1 HTTP/1.0\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        client.settimeout(1)
        with pytest.raises(TimeoutError):
            client.recv(1)
        client.settimeout(60)
        client.sendall(b"abc")
        assert all_of(client).endswith(echoed(b"abc", 1))


def test_a_slow_reader_gets_the_sent_part_of_a_broken_answer(port: int) -> None:
    with connect(port, receive_bytes=4096) as client:
        client.sendall(b"GET /breaks?n=64 HTTP/1.1\r\nHost: h\r\n\r\n")
        response = all_of(client)
    assert len(response) > 64 * 2**16
    assert not response.endswith(b"0\r\n\r\n")


def test_a_client_that_half_closes_gets_its_answers(port: int) -> None:
    with connect(port, receive_bytes=4096) as client:
        client.sendall(b"GET /bytes?n=3000000 HTTP/1.1\r\nHost: h\r\n\r\n" + echo_request(b"abc", 1))
        client.shutdown(socket.SHUT_WR)
        response = all_of(client)
    assert response.count(bytes(1000)) == 3000
    assert response.endswith(echoed(b"abc", 1))


def all_of(client: socket.socket) -> bytes:
    """Returns all bytes received until the connection ends."""
    return b"".join(iter(lambda: client.recv(2**16), b""))
