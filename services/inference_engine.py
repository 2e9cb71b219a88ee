"""The inference engine's measurements, over HTTP: what it finds out about a model by letting it play."""

from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from pydantic import ValidationError

from domain.access.identity import IdentityRules, headers_of
from domain.access.rules import Asker
from domain.errors import BODY, BadResponse
from domain.errors.answers import NoPicture
from domain.errors.misfits import misfit_of
from domain.errors.names import INFERENCE_ENGINE
from domain.inference.messages import EvaluationReport
from domain.inference.saved_episodes import MOST_BYTES, EpisodeSeed
from transport.http_client import JsonService

_WRITE_SECONDS = 5.0
_DRAW_SECONDS = 80.0
# A page waits for it.
_READ_SECONDS = 1.5


class InferenceEngine:
    """The engine that `service` reaches; every call raises a `ServiceError`, or `NotFound`."""

    name = INFERENCE_ENGINE

    def __init__(self, service: JsonService, rules: IdentityRules) -> None:
        self._service = service
        self._rules = rules

    def start(self, model_id: str, asker: Asker) -> EvaluationReport:
        """Begins to measure a model; where that is under way already, nothing changes."""
        return self._asked("POST", model_id, asker, writes=True)

    def report(self, model_id: str, asker: Asker) -> EvaluationReport:
        """Returns how far it is, or what came of it last; raises `NotFound` where it was never asked."""
        return self._asked("GET", model_id, asker)

    def cancel(self, model_id: str, asker: Asker) -> EvaluationReport:
        """Ends what is under way; raises `NotYours` where another one started it."""
        return self._asked("DELETE", model_id, asker, writes=True)

    def episode(self, model_id: str, episode: EpisodeSeed, asker: Asker) -> bytes:
        """Returns an episode of a model's, played and drawn anew; takes seconds, and 80 at most."""
        answer = self._service.exchange(
            "POST",
            f"/episodes/{quote(model_id, safe='')}",
            params={"seed": str(episode.seed), "format": episode.format},
            headers=headers_of(asker, self._rules),
            deadline_seconds=_DRAW_SECONDS,
            most_bytes=MOST_BYTES,
            is_silent=True,
        )
        if answer.status != HTTPStatus.OK:
            self._service.decode(answer)
        if not episode.format.fits(answer.content):
            raise BadResponse(self.name, BODY, NoPicture())
        return answer.content

    def _asked(self, method: str, model_id: str, asker: Asker, *, writes: bool = False) -> EvaluationReport:
        path = f"/evaluations/{quote(model_id, safe='')}"
        answer: Any = self._service.call(
            method,
            path,
            headers=headers_of(asker, self._rules),
            deadline_seconds=_WRITE_SECONDS if writes else _READ_SECONDS,
            writes=writes,
        )
        try:
            return EvaluationReport.model_validate(answer)
        except ValidationError as error:
            raise BadResponse(self.name, *misfit_of(error)) from error
