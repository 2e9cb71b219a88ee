"""The end of a request is found however its bytes arrive: as gunicorn's own parser finds it."""

import hypothesis.strategies as st
import pytest
from gunicorn.config import Config
from gunicorn.http.parser import RequestParser
from hypothesis import example, given

from domain.errors.requests import HeadTooLong
from serving.request_frame import MAX_HEAD_BYTES, RequestFrame

MAX_BODY = 5_000
LINE = b"POST /callback?x=1 HTTP/1.1\r\nHost: h\r\n"
names = st.sampled_from(["Content-Length", "content-length", "CONTENT-LENGTH"])
bodies = st.binary(max_size=400)
other_headers = st.lists(
    st.tuples(st.from_regex(r"X-[a-z]{1,6}", fullmatch=True), st.from_regex(r"[ -~]{0,20}", fullmatch=True)), max_size=4
)


@st.composite
def requests_sent(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """Draws a valid request and its body."""
    more = b"".join(f"{name}: {value}\r\n".encode() for name, value in draw(other_headers))
    body = draw(bodies)
    if draw(st.booleans()):
        return LINE + more + f"{draw(names)}: {len(body)}\r\n\r\n".encode() + body, body
    if draw(st.booleans()):
        return LINE + more + b"\r\n", b""
    cuts = sorted(draw(st.lists(st.integers(1, max(1, len(body))), max_size=3)))
    chunks = [body[start:end] for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True)]
    chunked = b"".join(
        b"%x%s\r\n%s\r\n" % (len(one), draw(st.sampled_from([b"", b";a=b"])), one) for one in chunks if one
    )
    trailer = draw(st.sampled_from([b"", b"X-Sum: 1\r\n"]))
    return LINE + more + b"Transfer-Encoding: chunked\r\n\r\n" + chunked + b"0\r\n" + trailer + b"\r\n", body


def split(content: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({cut % (len(content) + 1) for cut in cuts})
    return [content[start:end] for start, end in zip([0, *places], [*places, len(content)], strict=True)]


@given(requests_sent(), st.binary(max_size=30), st.lists(st.integers(min_value=0), max_size=8))
@example((LINE + b"\r\n", b""), b"", [])
def test_the_end_of_a_request_is_found_wherever_it_is_split(
    sent: tuple[bytes, bytes], following: bytes, cuts: list[int]
) -> None:
    request, body = sent
    frame = RequestFrame(MAX_BODY)
    for piece in split(request[:-1], cuts):
        frame.feed(piece)
        assert not frame.is_whole
    frame.feed(request[-1:] + following)
    assert frame.is_whole
    assert not frame.is_cut
    assert frame.split() == (request, following)
    parsed = next(RequestParser(Config(), iter([request]), ("127.0.0.1", 1)))
    assert parsed.body.read() == body
    assert frame.request_line == (parsed.method, parsed.uri)


@given(requests_sent(), st.integers(1, 50))
def test_the_end_of_a_request_is_found_in_pieces_of_any_size(sent: tuple[bytes, bytes], step: int) -> None:
    request, _ = sent
    frame = RequestFrame(MAX_BODY)
    for start in range(0, len(request), step):
        assert not frame.is_whole
        frame.feed(request[start : start + step])
    assert frame.is_whole
    assert frame.split()[0] == request


@given(st.binary(max_size=3_000), st.lists(st.integers(min_value=0), max_size=8))
def test_arbitrary_bytes_are_kept_without_an_error(content: bytes, cuts: list[int]) -> None:
    frame = RequestFrame(MAX_BODY)
    for piece in split(content, cuts):
        frame.feed(piece)
    assert b"".join(frame.split()) == content


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 6000\r\n",
        b"Content-Length: 99999999999999999999999999999999\r\n",
        b"Content-Length: " + b"9" * 5_000 + b"\r\n",
        b"content-length:\t5001 \r\n",
    ],
)
def test_a_body_that_is_too_long_is_cut_at_its_head(head: bytes) -> None:
    frame = RequestFrame(MAX_BODY)
    frame.feed(LINE + head + b"\r\n")
    assert frame.is_whole
    assert frame.is_cut


def test_endless_chunks_are_refused_as_too_long() -> None:
    frame = RequestFrame(MAX_BODY)
    frame.feed(LINE + b"Transfer-Encoding: chunked\r\n\r\n")
    for _ in range(100):
        frame.feed(b"64\r\n" + bytes(100) + b"\r\n")
    assert str(frame.refusal) == f"The request is longer than {MAX_BODY >> 10} KiB."
    assert not frame.is_whole


@pytest.mark.parametrize(
    "body", [b"nonsense\r\n", b"-5\r\n", b"x" * 2_000, b"0\r\n" + b"A: b\r\n" * 4_000, b"\r\n\r\n"]
)
def test_invalid_chunks_are_passed_on_to_the_parser(body: bytes) -> None:
    frame = RequestFrame(2**20)
    frame.feed(LINE + b"Transfer-Encoding: chunked\r\n\r\n")
    frame.feed(body)
    assert frame.is_whole


def test_an_endless_head_is_refused_as_too_long() -> None:
    frame = RequestFrame(MAX_BODY)
    frame.feed(LINE)
    for _ in range(MAX_HEAD_BYTES // 1_000 + 1):
        assert not frame.is_whole
        frame.feed(b"X-More: " + b"x" * 990 + b"\r\n")
    assert isinstance(frame.refusal, HeadTooLong)
    assert not frame.is_whole
