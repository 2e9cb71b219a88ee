"""The settings of the team's cluster."""

import json
from typing import Annotated

from pydantic import AfterValidator, Field

from domain.secrets import secrets_in
from domain.url_settings import OptionalUrl
from settings.settings import Settings


def _being_headers(text: str) -> str:
    read_headers(text)
    return text


def read_headers(text: str) -> dict[str, str]:
    """Returns the headers in a JSON object, empty for an empty text; raises ValueError."""
    try:
        headers = json.loads(text or "{}")
    except ValueError as error:
        raise ValueError('should be a JSON object such as {"X-Team": "rl"}') from error
    if not isinstance(headers, dict) or not all(_is_header(*one) for one in headers.items()):
        raise ValueError('should be a JSON object of texts such as {"X-Team": "rl"}')
    return headers


def _is_header(name: str, text: object) -> bool:
    return isinstance(text, str) and name.isascii() and f"{name}{text}".isprintable() and name.strip(" :") == name != ""


HeaderList = Annotated[str, AfterValidator(_being_headers)]


class RayJobsSettings(Settings):
    """The cluster's address; empty: trainings run on this machine."""

    ray_jobs_url: OptionalUrl = Field(
        None,
        description="The team's Ray cluster, the address of its dashboard such as http://ray-head:8265: trainings run "
        "there as jobs. Empty: they run on this machine.",
    )
    ray_jobs_token: str | None = Field(None, description="Bearer token, if the cluster requires one.", repr=False)
    ray_jobs_headers: HeaderList = Field(
        "",
        description="Headers for a proxy in front of the cluster, as a JSON object, like Ray's own RAY_JOB_HEADERS.",
        repr=False,
    )

    @property
    def secrets(self) -> frozenset[str]:
        """The secrets of `Settings`, and those of the cluster."""
        from_headers = read_headers(self.ray_jobs_headers).values()
        in_url = secrets_in([str(self.ray_jobs_url)] if self.ray_jobs_url else [])
        return super().secrets | in_url | {one for one in (self.ray_jobs_token, *from_headers) if one}
