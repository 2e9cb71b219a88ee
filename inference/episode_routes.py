"""`POST /episodes/<model_id>?seed=&format=`: an episode of the model's, drawn anew, as WebP or GIF."""

from typing import Final

from flask import Flask, Response, request

from domain.errors.models.records import ModelNotFound
from domain.errors.walks import EpisodeFormatUnknown, SeedMisfit
from domain.inference.saved_episodes import EpisodeFormat
from domain.registry.models import LONGEST_ID
from inference.episodes import EpisodeDrawing

PREFIX: Final = "/episodes/"
_LONGEST_SEED: Final = 16


def register(app: Flask, drawing: EpisodeDrawing) -> None:
    """Adds the route; failures are told as for the evaluations."""

    @app.post(f"{PREFIX}<path:model_id>")
    def draw(model_id: str) -> Response:
        if len(model_id) > LONGEST_ID or not model_id.isprintable():
            raise ModelNotFound(repr(model_id[:40]))
        seed, form = _seed(), _format()
        return Response(drawing.animated(model_id, seed, form), mimetype=form.media_type)


def _format() -> EpisodeFormat:
    given = request.args.get("format", EpisodeFormat.WEBP)
    if given not in list(EpisodeFormat):
        raise EpisodeFormatUnknown(given[:40])
    return EpisodeFormat(given)


def _seed() -> int:
    given = request.args.get("seed", "")
    if not (given.isascii() and given.isdigit() and len(given) < _LONGEST_SEED):
        raise SeedMisfit(given[:40])
    return int(given)
