"""Builds addresses inside Clew for one request's page."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import urlencode


class Links(NamedTuple):
    """The parts of links: `prefix`, the sub-path that Clew is served from, and `kept`, parameters of all links."""

    prefix: str = "/"
    kept: Mapping[str, str] = MappingProxyType({})

    def to(self, path: str, query: Mapping[str, str]) -> str:
        """Returns the address of the page at `path` ("/mlflow") with `query`; kept parameters take precedence."""
        parameters = {**query, **self.kept}
        return self.prefix + path.removeprefix("/") + (f"?{urlencode(parameters)}" if parameters else "")
