"""The importer's settings: the dashboard's, and its own."""

import socket
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationError

from domain.wrong_settings import wrong_settings
from settings.settings import Settings
from tensorboard_import.folders.naming import compiled


def _naming(pattern: str) -> str:
    if pattern:
        compiled(pattern)
    return pattern


class ImportSettings(Settings):
    """Where TensorBoard's runs are, and how they are named."""

    tensorboard_pattern: Annotated[str, AfterValidator(_naming)] = Field(
        "",
        description="A regular expression whose groups extract experiment and run from a folder's path, such as "
        "(?P<experiment>[^/]+)/(?P<run>.+). Empty: the path is the run's name, and TENSORBOARD_DIRS sets the "
        "experiment.",
    )
    tensorboard_silent_seconds: float = Field(
        600,
        ge=10,
        le=86_400,
        description="A TensorBoard run whose files have not changed for this time counts as finished.",
    )

    @property
    def machine(self) -> str:
        """The name of this machine."""
        return socket.gethostname()


def read_settings() -> ImportSettings:
    """Reads the settings; raises BadInput with a sentence for each wrong one."""
    try:
        return ImportSettings()
    except ValidationError as error:
        raise wrong_settings(error) from error
