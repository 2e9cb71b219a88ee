"""What a run read: the datasets that it told MLflow of."""

from pydantic import BaseModel, ConfigDict


class Dataset(BaseModel):
    """A dataset of a run, in texts that its program wrote; `context` is what for, such as training."""

    model_config = ConfigDict(frozen=True)

    name: str
    digest: str = ""
    source_type: str = ""
    source: str = ""
    context: str | None = None
