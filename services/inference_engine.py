"""Client of the inference engine: evaluations of models, and pictures of episodes."""

from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from pydantic import ValidationError

from domain.access.identity import IdentityRules, headers_of
from domain.access.rules import Requester
from domain.errors import BODY, BadResponse
from domain.errors.answers import NoPicture
from domain.errors.misfits import misfit_of
from domain.errors.names import INFERENCE_ENGINE
from domain.inference.messages import EvaluationReport
from domain.inference.saved_episodes import MAX_BYTES, EpisodeSeed
from transport.http_client import JsonService

_WRITE_SECONDS = 5.0
DRAW_SECONDS = 80.0  # longer than the engine takes at most, so that its failure arrives
# A page waits for it.
_READ_SECONDS = 1.5


class InferenceEngine:
    """A client of the engine at `service`; every method raises a `ServiceError`, or `NotFound`."""

    name = INFERENCE_ENGINE

    def __init__(self, service: JsonService, rules: IdentityRules) -> None:
        self._service = service
        self._rules = rules

    def start(self, model_id: str, requester: Requester) -> EvaluationReport:
        """Starts an evaluation of a model, unless one is already running."""
        return self._call("POST", model_id, requester, writes=True)

    def report(self, model_id: str, requester: Requester) -> EvaluationReport:
        """Returns the progress or the result of a model's last evaluation; raises `NotFound` if there was none."""
        return self._call("GET", model_id, requester)

    def cancel(self, model_id: str, requester: Requester) -> EvaluationReport:
        """Cancels the running evaluation; raises `NotYours` if another user started it."""
        return self._call("DELETE", model_id, requester, writes=True)

    def episode(self, model_id: str, episode: EpisodeSeed, requester: Requester) -> bytes:
        """Returns a picture of an episode, which is played and rendered for this request; takes up to 80 s."""
        answer = self._service.exchange(
            "POST",
            f"/episodes/{quote(model_id, safe='')}",
            params=episode.model_dump(mode="json", include=set(EpisodeSeed.model_fields)),
            headers=headers_of(requester, self._rules),
            deadline_seconds=DRAW_SECONDS,
            most_bytes=MAX_BYTES,
            is_silent=True,
        )
        if answer.status != HTTPStatus.OK:
            self._service.decode(answer)
        if not episode.format.fits(answer.content):
            raise BadResponse(self.name, BODY, NoPicture())
        return answer.content

    def _call(self, method: str, model_id: str, requester: Requester, *, writes: bool = False) -> EvaluationReport:
        path = f"/evaluations/{quote(model_id, safe='')}"
        answer: Any = self._service.call(
            method,
            path,
            headers=headers_of(requester, self._rules),
            deadline_seconds=_WRITE_SECONDS if writes else _READ_SECONDS,
            writes=writes,
        )
        try:
            return EvaluationReport.model_validate(answer)
        except ValidationError as error:
            raise BadResponse(self.name, *misfit_of(error)) from error
