"""Requests are answered as gunicorn's own worker answers them: odd heads, lengths and chunks, in any pieces."""

import math
import re
import socket
from collections.abc import Iterator

import hypothesis.strategies as st
import pytest
from gunicorn.config import Config
from gunicorn.http.errors import ParseException
from gunicorn.http.parser import RequestParser
from hypothesis import example, given, settings

from serving.request_frame import RequestFrame
from tests.serving.sample_server import connect, sample_server

_VARIES = re.compile(rb"\r\n(?:Date|ETag|Last-Modified|Allow): [^\r]*")
_CONNECTION = re.compile(rb"\r\nConnection: [^\r]*")
_WORD = b"HTTP/1.1 100 Continue\r\n\r\n"
_NEXT = b"POST /unread HTTP/1.1\r\nHost: h\r\n\r\n"
bodies = st.binary(max_size=3_000)
versions = st.sampled_from(["HTTP/1.1"] * 8 + ["HTTP/1.0", "HTTP/2.0", "http/1.1"])
request_lines = st.sampled_from(
    [
        *("GET /health", "HEAD /health", "GET /nowhere", "POST /echo?n=1", "POST /unread", "PUT /echo", "OPTIONS *"),
        *("GET http://h/health", "GET //health", "get /health", "GET health", "GET  /health", "GET /nothing?n=204"),
        *("GET /nothing?n=304", "GET /bytes?n=70000", "HEAD /bytes?n=9", "GET /stream?n=2", "GET /breaks", "TRACE /"),
    ]
)
header_lines = st.sampled_from(
    [
        *(b"X-A: b", b"X_A: b", b"X-A:", b"Host: other", b"Connection: close", b"Connection: keep-alive", b"A : b"),
        *(b"X-A: a\x00b", b"X-A: a\nContent-Length: 3", b" folded: 1", b"X-A: \xff\xa0", b"no colon", b": empty"),
        *(b"Expect: 100-continue", b"Expect: a miracle", b"X-Forwarded-For: 1.2.3.4", b"Transfer-Encoding: identity"),
        *(
            b"Content-Length: 0",
            b"Content-Length: 3",
            b"Content-Length: -1",
            b"Content-Length: \xb2",
            b"Content-Length:",
        ),
        *(b"Transfer-Encoding: chunked", b"transfer-encoding:\tCHUNKED", b"Transfer-Encoding: gzip", b"TE: trailers"),
    ]
)
likely = st.lists(header_lines, max_size=3)
extensions = st.sampled_from([b"", b"", b"", b";a=b", b" ;a", b" ", b"x", b";a\nb"])
chunk_ends = st.sampled_from([b"\r\n"] * 8 + [b"\n", b""])
trailers = st.sampled_from([b"", b"", b"", b"X-Sum: 1\r\n", b"no colon\r\n"])


@st.composite
def requests_sent(draw: st.DrawFn) -> bytes:
    """Draws one request; some of them are valid."""
    lines = [f"{draw(request_lines)} {draw(versions)}".encode(), b"Host: h", *draw(likely)]
    body, framing = draw(bodies), draw(st.sampled_from(["none", "length", "length", "chunks", "chunks"]))
    if framing == "none":
        return b"\r\n".join([*lines, b"", b""])
    if framing == "length":
        return b"\r\n".join([*lines, b"Content-Length: %d" % len(body), b"", body])
    half = len(body) // 2
    chunks = [
        b"%0*x%s\r\n%s%s" % (draw(st.sampled_from([1, 4, 20])), len(one), draw(extensions), one, draw(chunk_ends))
        for one in (body[:half], body[half:])
        if one
    ]
    return b"\r\n".join([*lines, b"Transfer-Encoding: chunked", b"", b"".join(chunks) + b"0"]) + (
        b"\r\n" + draw(trailers) + b"\r\n"
    )


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int]]:
    """Returns the ports of the sample app under Clew's worker, and under gunicorn's."""
    with (
        sample_server(tmp_path_factory.mktemp("ours")) as ours,
        sample_server(tmp_path_factory.mktemp("theirs"), worker='"gthread"') as theirs,
    ):
        yield ours, theirs


def chunked(body: bytes) -> bytes:
    return b"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + body


@given(st.lists(requests_sent(), min_size=1, max_size=3), st.lists(st.integers(min_value=1), max_size=4))
@example([chunked(b"2x\r\nab\r\n0\r\n\r\n"), _NEXT], [])
@example([chunked(b"2\r\nab0\r\n0\r\n\r\n"), _NEXT], [])
@example([chunked(b"2 \r\nab\r\n0\r\n\r\n"), _NEXT], [60, 70, 80, 85])
@example([chunked(b"2;\nxx\r\n45\r\n0\r\n\r\n"), _NEXT], [])
@example([chunked(b"0\r\nno colon\r\n\r\n"), _NEXT], [])
@example([chunked(b"00000000000000000000006\r\n\r\n\r\nab\r\n0\r\n\r\n"), _NEXT], [])
@example(
    [_NEXT.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\x0b\r\n\r\n") + b"1\r\na\r\n0\r\n\r\n", _NEXT], []
)
@settings(max_examples=200)
def test_the_worker_answers_requests_like_gunicorns_own(
    ports: tuple[int, int], sent: list[bytes], cuts: list[int]
) -> None:
    """After a malformed body, gunicorn may keep the connection open and answer the rest; Clew's worker closes it.

    A line feed in a chunk's extension is malformed for Clew alone, as for RFC 9112.
    """
    content = b"".join(sent)
    ours, theirs = [answers_to(port, content, sorted({cut % len(content) for cut in cuts})) for port in ports]
    frames = received_requests(content)
    most_answers = min(requests_until_malformed_body(content), len(frames) if frames[-1].is_malformed else math.inf)
    if most_answers < math.inf:
        assert _CONNECTION.sub(b"", theirs).startswith(_CONNECTION.sub(b"", ours))
        assert len(_CONNECTION.findall(ours)) <= most_answers
    elif frames[-1].is_whole:
        assert ours == theirs
    else:  # gunicorn judges a head before its body has arrived
        assert theirs.startswith(ours)


def requests_until_malformed_body(content: bytes) -> float:
    """Returns the number of requests up to the first whose body gunicorn's parser rejects; infinity without one."""
    parser = RequestParser(Config(), iter([content]), ("127.0.0.1", 1))
    while True:
        try:
            request = next(parser)
        except (StopIteration, OSError, ParseException):
            return math.inf
        try:
            request.body.read()
        except (OSError, ParseException):
            return int(parser.req_count)


def received_requests(content: bytes) -> list[RequestFrame]:
    """Returns the frames of all requests; only the last may be incomplete or malformed."""
    frames = [RequestFrame(2**20)]
    frames[0].feed(content)
    while frames[-1].is_whole and not frames[-1].is_malformed and (rest := frames[-1].split()[1]):
        frames.append(RequestFrame(2**20))
        frames[-1].feed(rest)
    return frames


def answers_to(port: int, content: bytes, places: list[int]) -> bytes:
    """Returns all bytes of the responses until the connection ends, without parts that vary, such as dates."""
    received = b""
    with connect(port) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            for start, end in zip([0, *places], [*places, len(content)], strict=True):
                client.sendall(content[start:end])
            client.shutdown(socket.SHUT_WR)
        except OSError:  # the server has closed already
            pass
        while piece := client.recv(2**16):
            received += piece
    return _VARIES.sub(b"", received.replace(_WORD, b""))
