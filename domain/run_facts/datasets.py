"""The datasets that a run logged to MLflow."""

from pydantic import BaseModel, ConfigDict


class Dataset(BaseModel):
    """A dataset of a run, in texts that its program wrote; `context` is its purpose, such as training."""

    model_config = ConfigDict(frozen=True)

    name: str
    digest: str = ""
    source_type: str = ""
    source: str = ""
    context: str | None = None
