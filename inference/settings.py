"""The inference engine's settings, from the environment or `.env`."""

from ipaddress import IPv4Network, IPv6Network
from os import environ
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.access.settings import (
    TRUSTED_PROXIES,
    ApiToken,
    ProxyNetworks,
    ProxySecret,
    ReadOnlySwitch,
    UserHeader,
    networks,
)
from domain.environments.settings import EnvironmentsFilePath
from domain.hosts import TRUSTED_HOSTS_MEANING, TrustedHosts, hosts_answered, listing_hosts
from domain.secrets import proxy_passwords, secrets_in
from domain.url_settings import OptionalUrl
from domain.wrong_settings import wrong_settings
from sockets.origins import read_origins


def _listing_origins(listed: str) -> str:
    read_origins(listed)
    return listed


class InferenceSettings(BaseSettings):
    """Where the engine listens, where it finds the models, and how much it takes on."""

    model_config = SettingsConfigDict(
        env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True, hide_input_in_errors=True
    )

    inference_host: str = Field(
        "127.0.0.1",
        description="Address the inference engine binds to; 0.0.0.0 if browsers of other machines connect.",
    )
    inference_port: int = Field(8002, ge=1, le=65535, description="Port of the inference engine.")
    inference_max_viewers: int = Field(
        100,
        ge=1,
        le=900,
        description="The number of viewers at a time, the last quarter for users with no other open page; further "
        "ones are refused with Retry-After.",
    )
    inference_max_models: int = Field(
        8,
        ge=1,
        le=64,
        description="The number of models that run at a time, each in a process of about 80 MB; the active one always "
        "gets a place.",
    )
    inference_max_environments: int = Field(
        24,
        ge=1,
        le=256,
        description="The number of environments other than the maze that run at a time, each in its own process.",
    )
    environments_file: EnvironmentsFilePath = None
    clew_url: OptionalUrl = Field(
        None, description="The address of the Clew that provides the models. Empty: the dashboard at HOST:PORT."
    )
    allowed_origins: Annotated[str, AfterValidator(_listing_origins)] = Field(
        "", description="Origins whose pages may watch, as the GPU monitor reads them."
    )
    trusted_hosts: Annotated[str, AfterValidator(listing_hosts)] = Field("", description=TRUSTED_HOSTS_MEANING)
    read_only: ReadOnlySwitch = False
    api_token: ApiToken = None
    trusted_user_header: UserHeader = None
    trusted_proxies: ProxyNetworks = TRUSTED_PROXIES
    trusted_proxy_secret: ProxySecret = None
    host: str = Field("127.0.0.1", description="Address of the dashboard.")
    port: int = Field(8050, ge=1, le=65535, description="Port of the dashboard.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="The lowest level that is logged."
    )

    @property
    def trusted_networks(self) -> list[IPv4Network | IPv6Network]:
        """The networks of trusted proxies whose user header counts, and of the dashboard that passes it on."""
        return networks(self.trusted_proxies)

    @property
    def hosts_answered(self) -> TrustedHosts:
        """The host names under which requests are answered."""
        return hosts_answered(self.trusted_hosts, self.inference_host)

    @property
    def secrets(self) -> frozenset[str]:
        """Secrets that no log line may contain.

        The tokens, and the passwords in addresses, including those of proxies.
        """
        own = {one for one in (self.api_token, self.trusted_proxy_secret) if one}
        return secrets_in([str(self.clew_url or "")]) | proxy_passwords(environ) | own

    @property
    def models_url(self) -> str:
        """The address of the Clew with the models, without a trailing slash."""
        if self.clew_url is not None:
            return str(self.clew_url).rstrip("/")
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


def read_settings() -> InferenceSettings:
    """Reads the settings; raises BadInput with the name, the value and what is allowed for each wrong one."""
    try:
        return InferenceSettings()
    except ValidationError as error:
        raise wrong_settings(error) from error
