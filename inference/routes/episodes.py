"""`POST /episodes/<model_id>?seed=&format=`: an episode of a model, played and drawn, as WebP or GIF."""

from typing import Final

from flask import Flask, Response

from domain.errors import PolicyFailed, PolicyGone, PolicyRefused
from domain.errors.environments.failures import EnvironmentFailed, EnvironmentMissing, EnvironmentRefused
from domain.errors.models.records import ModelNotFound
from domain.errors.requests import PageNotAllowed
from domain.errors.walks import FileDidNotCome, OnlyMazeEpisodes
from domain.inference.saved_episodes import EpisodeFormat, EpisodeSeed
from inference.episodes import EpisodeRenderer
from inference.routes.evaluations import possible_id
from serving.operations.failures import READING, REFUSED_THERE
from serving.operations.operation import operation

PATH: Final = "/episodes/<path:model_id>"
_OF_POLICIES: Final = (PolicyRefused, PolicyFailed, PolicyGone)
_OF_ENVIRONMENTS: Final = (EnvironmentMissing, EnvironmentRefused, EnvironmentFailed)


def register(app: Flask, drawing: EpisodeRenderer) -> None:
    """Adds the route."""

    @app.post(PATH)
    @operation(
        *(PageNotAllowed, ModelNotFound, OnlyMazeEpisodes, FileDidNotCome),
        *(*_OF_POLICIES, *_OF_ENVIRONMENTS, *REFUSED_THERE, *READING),
        files=tuple(one.media_type for one in EpisodeFormat),
    )
    def draw(model_id: str, query: EpisodeSeed) -> Response:
        """Plays an episode and returns it as an animated picture; takes seconds."""
        content = drawing.animated(possible_id(model_id), query.seed, query.format)
        return Response(content, mimetype=query.format.media_type)
