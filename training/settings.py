"""The MLflow settings of the trainer and the sample filler: from the environment, or a `.env` file."""

import os
from typing import Annotated

from dotenv import load_dotenv
from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.addresses import is_sound
from domain.environments.settings import EnvironmentsFilePath
from domain.secrets import proxy_passwords, secrets_in
from domain.wrong_settings import wrong_settings


def _being_shown_safely(uri: str) -> str:
    """Rejects kinds of addresses in which the position of a password is unknown.

    MLflow supports more kinds than Clew.
    """
    if "@" in uri and not is_sound(uri, ("http", "https")):
        raise ValueError(
            "should be an address such as https://mlflow.example.com; what is no letter and no digit in a name or a "
            "password has to be encoded, such as / as %2F"
        )
    return uri


class TrainingSettings(BaseSettings):
    """The settings of `python -m training` and `python -m training.samples`."""

    model_config = SettingsConfigDict(
        env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True, hide_input_in_errors=True
    )

    mlflow_tracking_uri: Annotated[str, AfterValidator(_being_shown_safely)] = Field(
        default="", description="MLflow to log to; empty means the embedded one on this machine", repr=False
    )
    mlflow_port: int = Field(default=5050, ge=1, le=65535, description="port of the embedded MLflow")
    model_name: str = Field(
        default="clew-maze", min_length=1, description="registered model whose versions are the models"
    )
    environments_file: EnvironmentsFilePath = None
    log_level: str = Field(
        default="INFO",
        pattern="^(DEBUG|INFO|WARNING|ERROR)$",
        description="lowest level of log lines: DEBUG, INFO, WARNING, ERROR",
    )

    @property
    def tracking_uri(self) -> str:
        """The address to log to: the configured one, else the embedded server's."""
        return self.mlflow_tracking_uri or self.embedded_uri

    @property
    def secrets(self) -> frozenset[str]:
        """Secrets that no log line may contain.

        The passwords in addresses, including those of proxies, and MLflow's own.
        """
        own = {os.environ.get(name, "") for name in ("MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN")}
        return secrets_in([self.mlflow_tracking_uri]) | proxy_passwords(os.environ) | (own - {""})

    @property
    def embedded_uri(self) -> str:
        """The embedded server's address on this machine."""
        return f"http://127.0.0.1:{self.mlflow_port}"


def read_settings() -> TrainingSettings:
    """Reads the settings; raises BadInput that names a wrong one.

    Puts `.env` into the environment for MLflow's client.
    """
    load_dotenv(".env")  # the mlflow package itself reads MLFLOW_TRACKING_USERNAME, _PASSWORD and _TOKEN
    try:
        return TrainingSettings()
    except ValidationError as error:
        raise wrong_settings(error) from error
