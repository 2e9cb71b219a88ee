"""How a request says who sends it."""

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
    """Sends nothing, not even what ~/.netrc has for the host: an address that is signed says it all."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


def basic_auth(credentials: Credentials | None) -> HTTPBasicAuth | None:
    """Returns the header for a name and a password, in UTF-8; None without them."""
    if credentials is None:
        return None
    # As bytes, since requests would write text in Latin-1 and raise for what that lacks; MLflow's client writes UTF-8.
    return HTTPBasicAuth(credentials.username.encode(), credentials.password.encode())
