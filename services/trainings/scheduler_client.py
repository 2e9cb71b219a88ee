"""Client of the scheduler's REST API: validates answers, and passes the requester's identity on."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from domain.access.identity import IdentityRules, headers_of
from domain.access.rules import Requester
from domain.errors import BadResponse, NotFound
from domain.errors.connections import AnsweredStatus, OutcomeUnknown
from domain.errors.misfits import misfit_of
from domain.errors.names import TRAINING_SCHEDULER
from domain.errors.trainings.requests import NoSuchTraining, TrainingRefused
from domain.message_data import Failed
from domain.messages import Text
from domain.tracking.runs import BadRow
from domain.trainings.answers import (
    LOG_ENDS,
    LOG_SIZE,
    LogFound,
    LogPieceHeaders,
    Queued,
    Started,
    Stopped,
    TrainerList,
    TrainingList,
)
from domain.trainings.requests import (
    ForkRequest,
    LogFileQuery,
    LogQuery,
    QueueRequest,
    RunRequest,
    StartRequest,
)
from domain.trainings.training import LogPart, Training
from services.trainings.request_bodies import encoded
from transport.http_client import JsonService
from transport.opened import Answer

WRITE_SECONDS: Final = 40.0  # an environment may be tried out meanwhile, and a run is created in MLflow
_READ_SECONDS: Final = 5.0
_PIECE_SECONDS: Final = 30.0
_MAX_PIECE_BYTES: Final = 8 * 2**20  # the scheduler's pieces have 1 MiB; hiding secrets may make them longer
_NO_CALLER: Final = Requester()
T = TypeVar("T", bound=BaseModel)


class _RawList(BaseModel):
    """A list whose trainings are validated one by one, so that an invalid one does not hide the others."""

    model_config = ConfigDict(extra="allow")

    trainings: list[JsonValue]


class SchedulerClient:
    """A client of the scheduler at `service`; methods raise a `ServiceError`, or the scheduler's refusal."""

    name = TRAINING_SCHEDULER

    def __init__(self, service: JsonService, rules: IdentityRules) -> None:
        self.service = service
        self._rules = rules

    def start(self, request: StartRequest, requester: Requester) -> Started:
        """Starts a training, or queues it; a request id that was used before starts nothing."""
        return self._write("start", request.to_send, requester, Started)

    def stop(self, request: RunRequest, requester: Requester) -> Stopped:
        """Stops a training after its episode; one that waits is cancelled."""
        return self._write("stop", request.model_dump(), requester, Stopped)

    def queue(self, request: QueueRequest, requester: Requester) -> Queued:
        """Moves a waiting training: first, hold, release, cancel."""
        return self._write("queue", request.model_dump(mode="json"), requester, Queued)

    def continue_training(self, request: RunRequest, requester: Requester) -> Started:
        """Restarts a finished training from its newest checkpoint, in the same run."""
        return self._write("continue", request.model_dump(), requester, Started)

    def fork(self, request: ForkRequest, requester: Requester) -> Started:
        """Starts a child of the training `run_id` from its newest checkpoint, with the other values of the request."""
        return self._write("fork", request.to_send, requester, Started)

    def trainings(self) -> tuple[TrainingList, list[BadRow]]:
        """Returns all trainings that wait or run and the newest others, and the invalid rows."""
        raw = self._shaped(_RawList, self._read("/api/training/runs"))
        fitting: list[Training] = []
        bad: list[BadRow] = []
        for place, one in enumerate(raw.trainings):
            try:
                fitting.append(Training.model_validate(one))
            except ValidationError as error:
                field, misfit = misfit_of(error)
                named = one.get("run_id") if isinstance(one, dict) else None
                bad.append(BadRow(row=str(named or place), field=field, cause=misfit))
        listed = self._shaped(TrainingList, raw.model_dump() | {"trainings": []})
        return listed.model_copy(update={"trainings": fitting}), bad

    def training(self, run_id: str) -> Training:
        """Returns one training; raises `NoSuchTraining`."""
        return self._of_run(run_id, Training, "")

    def trainers(self) -> TrainerList:
        """Returns the trainers."""
        return self._shaped(TrainerList, self._read("/api/training/trainers"))

    def log(self, run_id: str, before: int | None, lines: int) -> LogPart:
        """Returns the last lines of a log, or those before a byte; raises `NoSuchTraining`."""
        query = LogQuery(before=before, lines=lines)
        return self._of_run(run_id, LogPart, "/log", query.model_dump(exclude_none=True))

    def found_in_log(self, run_id: str, text: str) -> LogFound:
        """Returns the lines of a log that contain a text; raises `NoSuchTraining`."""
        return self._of_run(run_id, LogFound, "/log", LogQuery(q=text).model_dump(include={"q"}))

    def whole_log(self, run_id: str) -> Iterator[bytes]:
        """Returns the present content of a log, a piece at a time.

        The first piece is read before it returns. Raises `NoSuchTraining`.
        """
        content, headers = self._log_piece(run_id, 0)
        return self._log_pieces(run_id, content, headers)

    def _log_pieces(self, run_id: str, content: bytes, headers: LogPieceHeaders) -> Iterator[bytes]:
        begins, size = 0, headers.size
        while headers.ends > begins:
            yield content
            begins = headers.ends
            if begins >= size:
                return
            content, headers = self._log_piece(run_id, begins)

    def _log_piece(self, run_id: str, begins: int) -> tuple[bytes, LogPieceHeaders]:
        answer = self.service.exchange(
            "GET",
            f"{_run_path(run_id)}/log.txt",
            params=LogFileQuery(begins=begins).model_dump(by_alias=True),
            headers=headers_of(_NO_CALLER, self._rules),
            deadline_seconds=_PIECE_SECONDS,
            most_bytes=_MAX_PIECE_BYTES,
            is_file=True,
        )
        if answer.status != 200:
            with _no_such_training(run_id):
                self.service.decode(answer)
        headers = {name: answer.headers.get(name) for name in (LOG_ENDS, LOG_SIZE)}
        return answer.content, self._shaped(LogPieceHeaders, headers)

    def _of_run(self, run_id: str, shape: type[T], part: str, params: Mapping[str, Any] | None = None) -> T:
        with _no_such_training(run_id):
            answer = self._read(_run_path(run_id) + part, params)
        return self._shaped(shape, answer)

    def _read(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        headers = headers_of(_NO_CALLER, self._rules)
        return self.service.call("GET", path, params=params, headers=headers, deadline_seconds=_READ_SECONDS)

    def _write(self, verb: str, body: Mapping[str, Any], requester: Requester, shape: type[T]) -> T:
        answer = self.service.exchange(
            "POST",
            f"/api/training/{verb}",
            headers=headers_of(requester, self._rules),
            body=encoded(body),
            deadline_seconds=WRITE_SECONDS,
            writes=True,
        )
        if answer.status == 422:
            raise self._refused(answer)
        if answer.status in (502, 504):  # from a proxy, behind which it may have been done
            raise OutcomeUnknown(self.name, AnsweredStatus(self.name, answer.status))
        return self._shaped(shape, self.service.decode(answer))

    def _refused(self, answer: Answer) -> TrainingRefused:
        """Returns the scheduler's refusal of fields in its own words; the dashboard's own checks have passed before."""
        try:
            refused = Failed.model_validate_json(answer.content)
        except ValidationError as error:
            raise BadResponse(self.name, *misfit_of(error)) from error
        return TrainingRefused({name: Text(why) for name, why in refused.details.items()})

    def _shaped(self, shape: type[T], answer: object) -> T:
        try:
            return shape.model_validate(answer)
        except ValidationError as error:
            raise BadResponse(self.name, *misfit_of(error)) from error


def _run_path(run_id: str) -> str:
    return f"/api/training/runs/{quote(run_id, safe='')}"


@contextmanager
def _no_such_training(run_id: str) -> Iterator[None]:
    try:
        yield
    except NotFound as error:
        raise NoSuchTraining(run_id) from error
