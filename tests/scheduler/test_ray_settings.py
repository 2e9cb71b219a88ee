"""The cluster's settings: an invalid address or header is refused with a sentence, and no secret is shown."""

from typing import Any

import pytest
from pydantic import ValidationError

from scheduler.ray_jobs.settings import RayJobsSettings, read_headers


def settings(**values: Any) -> RayJobsSettings:
    return RayJobsSettings(_env_file=None, **values)


@pytest.mark.parametrize(
    "text",
    ["X-Team: rl", "[]", '{"X-Team": 7}', '{"": "rl"}', '{"X-Team": "a\\nb"}', '{"X:": "rl"}', '{"é": "rl"}', "{torn"],
)
def test_an_invalid_header_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(ValidationError, match="should be a JSON object") as refused:
        settings(ray_jobs_headers=text)
    assert text not in str(refused.value)


@pytest.mark.parametrize("url", ["ray-head:8265", "ray://ray-head:10001", "http://"])
def test_an_invalid_address_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        settings(ray_jobs_url=url)


def test_credentials_of_the_cluster_are_secret() -> None:
    known = settings(
        ray_jobs_url="http://ada:pw-of-ada@ray:8265", ray_jobs_token="a-token", ray_jobs_headers='{"X-Key": "a-key"}'
    )
    assert {"pw-of-ada", "a-token", "a-key"} <= known.secrets
    assert not any(secret in repr(known) for secret in ("pw-of-ada", "a-token", "a-key"))
    assert read_headers("") == {}
