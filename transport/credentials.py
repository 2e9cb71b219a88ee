"""The authentication of requests."""

import requests
from requests.auth import AuthBase, HTTPBasicAuth

from domain.addresses import Credentials


class BearerAuth(AuthBase):
    """Sends a token as MLflow's own client does."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class NoAuth(AuthBase):
    """Sends no credentials, not even those in ~/.netrc: a signed address needs none."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


def basic_auth(credentials: Credentials | None) -> HTTPBasicAuth | None:
    """Returns basic authentication with name and password in UTF-8; None without them."""
    if credentials is None:
        return None
    # As bytes, since requests would encode text in Latin-1, and fail for other characters; MLflow's client uses
    # UTF-8.
    return HTTPBasicAuth(credentials.username.encode(), credentials.password.encode())
