"""The outcome of a request is given by the error's type, including whether it may have been sent."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from domain.errors import ServiceUnavailable
from domain.errors.connections import (
    AnswerBrokenOff,
    AnsweredStatus,
    ConnectionFailed,
    ConnectionRefused,
    HostUnknown,
    OutcomeUnknown,
    TimedOut,
)
from tests.transport.servers import Oracle, closed_port
from transport.http_client import JsonService

WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"


@contextmanager
def answering(talk: Callable[[socket.socket], object]) -> Iterator[str]:
    """Runs a server that handles each connection with `talk`, and then closes it; returns its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _address = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(2**16)
                    talk(connection)

        threading.Thread(target=serve, daemon=True).start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def failing(address: str, *, writes: bool = False, seconds: float = 20.0) -> ServiceUnavailable:
    with pytest.raises(ServiceUnavailable) as caught:
        JsonService("Oracle", address).call("POST", "/", writes=writes, deadline_seconds=seconds)
    return caught.value


@pytest.mark.parametrize("host", ["refused-nothing.invalid", "cannot-resolve.invalid", "timed-out.invalid"])
def test_a_host_without_an_address_is_no_other_failure_whatever_it_is_called(host: str) -> None:
    assert type(failing(f"http://{host}")) is HostUnknown
    assert type(failing(f"http://{host}", writes=True)) is HostUnknown


def test_a_port_without_a_listener_refuses() -> None:
    error = failing(f"http://127.0.0.1:{closed_port()}", writes=True)
    assert (type(error), str(error)) == (ConnectionRefused, "Oracle: refused the connection")


@pytest.mark.parametrize("host", ["a" * 64, "a..b", "."])
def test_an_impossible_host_name_got_no_request(host: str) -> None:
    assert failing(f"http://{host}.example", writes=True).was_sent is False


@pytest.mark.parametrize(
    ("talk", "kind"),
    [
        (lambda connection: None, ConnectionFailed),
        (reset, ConnectionFailed),
        (lambda connection: connection.sendall(b"nonsense\r\n\r\n"), ConnectionFailed),
        (lambda connection: connection.sendall(WHOLE[:-1]), AnswerBrokenOff),
    ],
    ids=["hangs up", "resets", "no HTTP", "half"],
)
def test_a_write_that_had_a_connection_may_have_been_done(
    talk: Callable[[socket.socket], object], kind: type[ServiceUnavailable]
) -> None:
    with answering(talk) as address:
        error = failing(f"http://{address}", writes=True)
        assert isinstance(error, OutcomeUnknown)
        assert type(error.reason) is kind
        assert error.was_sent
        assert type(failing(f"http://{address}")) is kind


def test_a_server_without_tls_got_no_request() -> None:
    with answering(lambda connection: connection.sendall(b"HTTP/1.0 400 Bad\r\n\r\n")) as address:
        error = failing(f"https://{address}", writes=True)
    assert (type(error), error.was_sent) == (ConnectionFailed, False)


def test_silence_in_the_middle_of_an_answer_is_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("transport.http_client.READ_SECONDS", 0.3)
    over = threading.Event()

    def begin(connection: socket.socket) -> None:
        connection.sendall(WHOLE[:-1])
        over.wait(20)

    with answering(begin) as address:
        assert type(failing(f"http://{address}")) is TimedOut
        over.set()


def test_a_second_failure_is_not_taken_for_the_first(oracle: Oracle) -> None:
    """A read is repeated while the first failure is being handled, and Python records that in the second."""
    with answering(lambda connection: None) as address:
        try:
            raise ConnectionRefusedError
        except ConnectionRefusedError:
            assert type(failing(f"http://{address}")) is ConnectionFailed


def test_an_answer_of_5xx_has_its_number(oracle: Oracle) -> None:
    oracle.answers["/"] = (503, {}, b"busy")
    error = failing(oracle.address)
    assert isinstance(error, AnsweredStatus)
    assert (type(error), error.http_status, str(error)) == (AnsweredStatus, 503, "Oracle: answered HTTP 503")


def test_a_redirects_body_is_not_read_without_an_end(oracle: Oracle) -> None:
    oracle.answers["/"] = (302, {"Location": "/there"}, b"x" * 5000)
    with pytest.raises(Exception, match="longer than"):
        JsonService("Oracle", oracle.address).exchange("GET", "/", most_bytes=1000)
