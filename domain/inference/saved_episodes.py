"""An episode that is kept as a picture with the run that a model came from."""

import re
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from domain.registry.models import LONGEST_ID, Model

MOST_BYTES: Final = 20 * 2**20
FOLDER: Final = "episodes"
_MOST_SEED: Final = 2**53  # a browser's numbers are exact up to here
_OTHER: Final = re.compile(r"[^A-Za-z0-9._-]+")


class EpisodeFormat(StrEnum):
    """How an episode is drawn. WebP has all colours and half of a GIF's bytes; a GIF is shown by everything."""

    WEBP = "webp"
    GIF = "gif"

    @property
    def media_type(self) -> str:
        """As HTTP calls it."""
        return f"image/{self}"

    def fits(self, content: bytes) -> bool:
        """Returns whether a file begins as this one does."""
        if self is EpisodeFormat.GIF:
            return content.startswith(b"GIF8")
        return content.startswith(b"RIFF") and content[8:12] == b"WEBP"


class EpisodeSeed(BaseModel):
    """Which episode of a model: what it starts from. A model that does what it deems best makes it the same again."""

    model_config = ConfigDict(extra="forbid")

    seed: Annotated[int, Field(ge=0, lt=_MOST_SEED)]
    format: EpisodeFormat = EpisodeFormat.WEBP


class EpisodeRequest(EpisodeSeed):
    """Which episode of which model."""

    model_id: Annotated[str, Field(min_length=1, max_length=LONGEST_ID)]


class SavedEpisode(BaseModel):
    """Where it is kept: a file among the run's."""

    run_id: str
    path: str
    size_bytes: int


def path_of(model: Model, episode: EpisodeSeed) -> str:
    """Returns the file's path among the run's: the same episode of the same model has the same one."""
    parts = (model.env_id or "environment", model.name or "model", model.id, f"seed-{episode.seed}")
    return f"{FOLDER}/{'_'.join(_OTHER.sub('-', part)[:60] for part in parts)}.{episode.format}"
