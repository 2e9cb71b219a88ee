"""An episode stored as a picture among the files of a model's run."""

import re
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from domain.registry.models import LONGEST_ID, Model

MAX_BYTES: Final = 20 * 2**20
FOLDER: Final = "episodes"
_MAX_SEED: Final = 2**53  # a browser's numbers are exact up to here
_OTHER: Final = re.compile(r"[^A-Za-z0-9._-]+")


class EpisodeFormat(StrEnum):
    """The picture format of an episode. WebP has all colours and half of a GIF's bytes; every program shows a GIF."""

    WEBP = "webp"
    GIF = "gif"

    @property
    def media_type(self) -> str:
        """The media type for HTTP."""
        return f"image/{self}"

    def fits(self, content: bytes) -> bool:
        """Returns whether a file begins as this format does."""
        if self is EpisodeFormat.GIF:
            return content.startswith(b"GIF8")
        return content.startswith(b"RIFF") and content[8:12] == b"WEBP"


class EpisodeSeed(BaseModel):
    """An episode of a model by its seed, from which a greedy policy always plays the same episode."""

    model_config = ConfigDict(extra="forbid")

    seed: Annotated[int, Field(ge=0, lt=_MAX_SEED)]
    format: EpisodeFormat = EpisodeFormat.WEBP


class EpisodeRequest(EpisodeSeed):
    """An episode of a model."""

    model_id: Annotated[str, Field(min_length=1, max_length=LONGEST_ID)]


class SavedEpisode(BaseModel):
    """Where the episode is stored: a file of the run."""

    run_id: str
    path: str
    size_bytes: int


def path_of(model: Model, episode: EpisodeSeed) -> str:
    """Returns the path of an episode's file; it is the same for the same episode of the same model."""
    parts = (model.env_id or "environment", model.name or "model", model.id, f"seed-{episode.seed}")
    return f"{FOLDER}/{'_'.join(_OTHER.sub('-', part)[:60] for part in parts)}.{episode.format}"
