"""The files in the artifact store that a tracking server serves itself."""

from http import HTTPStatus
from typing import BinaryIO, Final

from transport.http_client import JsonService

DOWNLOAD_SECONDS: Final = 600.0
MAX_DOWNLOADED: Final = 4 * 2**30
_STORE: Final = "/api/2.0/mlflow-artifacts/artifacts"


class ServedArtifacts:
    """Uses the store's own paths; calls raise the same errors as the tracking server's."""

    def __init__(self, service: JsonService) -> None:
        self._service = service

    def upload(self, path: str, content: bytes) -> None:
        """Uploads one file."""
        self._write("PUT", path, content)

    def download(self, path: str, target: BinaryIO) -> None:
        """Downloads one file into `target`; raises OSError, too."""
        refused: list[OSError] = []

        def take(piece: bytes) -> None:
            try:
                if not refused:
                    target.write(piece)
            except OSError as error:  # raised here, it would be taken for a failure of the connection
                refused.append(error)

        answer = self._service.exchange(
            "GET",
            f"{_STORE}/{path}",
            deadline_seconds=DOWNLOAD_SECONDS,
            most_bytes=MAX_DOWNLOADED,
            is_file=True,
            take=take,
        )
        if answer.status != HTTPStatus.OK:
            self._service.decode(answer)
        if refused:
            raise refused[0]

    def remove(self, path: str) -> None:
        """Removes a file or folder."""
        self._write("DELETE", path)

    def _write(self, method: str, path: str, content: bytes | None = None) -> None:
        answer = self._service.exchange(
            method,
            f"{_STORE}/{path}",
            headers={"Content-Type": "application/octet-stream"},
            body=content,
            deadline_seconds=_seconds_for(content or b""),
            writes=True,
            is_file=True,
        )
        if answer.status != HTTPStatus.OK:
            self._service.decode(answer)


def _seconds_for(content: bytes) -> float:
    """Returns the timeout for sending, assuming at least one megabyte per second."""
    return 30.0 + len(content) / 2**20
