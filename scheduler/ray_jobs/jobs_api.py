"""Ray Jobs over REST: requests out, validated values back. Ray's own terms stop here."""

from collections.abc import Mapping
from typing import Any, Final, TypeVar
from urllib.parse import quote

import orjson
from pydantic import BaseModel, ValidationError

from domain.errors import BadResponse, ClewError
from domain.errors.answers import AnotherAnswered, UnexpectedStatus
from domain.errors.connections import AnsweredStatusBecause
from domain.errors.misfits import misfit_of
from domain.errors.records import RefusedThere
from domain.messages import Text
from scheduler.ray_jobs.job import Job
from scheduler.ray_jobs.settings import RayJobsSettings, read_headers
from transport.credentials import BearerAuth
from transport.exchange import Take
from transport.http_client import JsonService
from transport.opened import Answer
from transport.words import shown

SERVICE: Final = "Ray"
CALL_SECONDS: Final = 6.0
LOG_SECONDS: Final = 30.0
MAX_LOG_BYTES: Final = 2**30
_MAX_ANSWER_BYTES: Final = 8 * 2**20
_JOBS: Final = "/api/jobs/"
_MAX_WORDS: Final = 2_000
M = TypeVar("M", bound=BaseModel)


class _Version(BaseModel):
    ray_version: str


class _Stopped(BaseModel):
    stopped: bool


class JobsApi:
    """The scheduler's calls; each ends within `CALL_SECONDS`, a log's within `LOG_SECONDS`."""

    def __init__(self, service: JsonService, headers: Mapping[str, str]) -> None:
        self._service = service
        self._headers = headers

    @classmethod
    def from_settings(cls, settings: RayJobsSettings) -> "JobsApi":
        """Returns the cluster in the settings; an address may contain name and password if there is no token."""
        auth = BearerAuth(settings.ray_jobs_token) if settings.ray_jobs_token else None
        service = JsonService(SERVICE, str(settings.ray_jobs_url).rstrip("/"), auth)
        return cls(service, read_headers(settings.ray_jobs_headers))

    def check(self) -> None:
        """Raises a ClewError unless Ray answers, and not another server."""
        answer = self._exchange("GET", "/api/version")
        if answer.status != 200:
            raise self._refused(answer)
        self._validated(_Version, answer)

    def submit(self, body: Mapping[str, Any]) -> None:
        """Submits a job; raises a ClewError for any answer but 200: `job` then shows the result."""
        answer = self._exchange("POST", _JOBS, orjson.dumps(body), writes=True)
        if answer.status != 200:
            raise self._refused(answer)

    def job(self, submission_id: str) -> Job | None:
        """Returns one job; None if Ray answers that there is none."""
        answer = self._exchange("GET", _path(submission_id))
        if answer.status == 404 and _denies(answer.content, submission_id):
            return None
        if answer.status != 200:
            raise self._refused(answer)
        job = self._validated(Job, answer)
        if job.submission_id != submission_id:
            misfit = AnotherAnswered(repr(job.submission_id[:80]), repr(submission_id))
            raise BadResponse(SERVICE, "submission_id", misfit)
        return job

    def stop(self, submission_id: str) -> bool:
        """Asks a job to end; returns whether Ray accepts. For a waiting job this is not reliable."""
        answer = self._exchange("POST", f"{_path(submission_id)}/stop", b"{}", writes=True)
        if answer.status == 404 and _denies(answer.content, submission_id):
            return False
        if answer.status != 200:
            raise self._refused(answer)
        return self._validated(_Stopped, answer).stopped

    def forget(self, submission_id: str) -> None:
        """Deletes an ended job, so that its id can be used again."""
        answer = self._exchange("DELETE", _path(submission_id), writes=True)
        if answer.status not in (200, 404):
            raise self._refused(answer)

    def read_log(self, submission_id: str, take: Take) -> bool:
        """Streams a job's log from its first byte on; returns whether there was one.

        Ray streams it from the job's node; `/api/jobs/<id>/logs` would hold all of it in memory, three times.
        """
        answer = self._service.exchange(
            "GET",
            "/api/v0/logs/file",
            params={"node_id": "any", "submission_id": submission_id, "lines": -1},
            headers=self._headers,
            deadline_seconds=LOG_SECONDS,
            most_bytes=MAX_LOG_BYTES,
            is_file=True,
            take=take,
        )
        return answer.status == 200

    def _exchange(self, method: str, path: str, body: bytes | None = None, *, writes: bool = False) -> Answer:
        return self._service.exchange(
            method,
            path,
            headers=self._headers,
            body=body,
            deadline_seconds=CALL_SECONDS,
            most_bytes=_MAX_ANSWER_BYTES,
            writes=writes,
        )

    def _validated(self, shape: type[M], answer: Answer) -> M:
        try:
            return shape.model_validate(self._service.decode(answer))
        except ValidationError as error:
            raise BadResponse(SERVICE, *misfit_of(error)) from error

    def _refused(self, answer: Answer) -> ClewError:
        """Returns the failure in an error answer, with the last line of Ray's traceback."""
        words = _last_line(answer.content)
        if words and answer.status >= 500:
            return AnsweredStatusBecause(SERVICE, answer.status, Text(words))
        if words and answer.status == 400:
            return RefusedThere(SERVICE, Text(words))
        if answer.status in (401, 403) or answer.status >= 500:
            try:
                self._service.decode(answer)
            except ClewError as error:
                return error
        return BadResponse(SERVICE, "status", UnexpectedStatus(answer.status))


def _path(submission_id: str) -> str:
    return f"{_JOBS}{quote(submission_id, safe='')}"


def _denies(content: bytes, submission_id: str) -> bool:
    """Returns whether Ray itself answers so: a 404 alone may come from any server at its address."""
    return submission_id.encode() in content and b"does not exist" in content


def _last_line(content: bytes) -> str:
    """Returns the line with the error; empty for a proxy's HTML page."""
    if b"<html" in content.lower() or b"<!doctype" in content.lower():
        return ""
    lines = [line for line in content[-_MAX_WORDS:].decode(errors="replace").splitlines() if len(line.strip()) > 1]
    return shown(lines[-1]) if lines else ""
