"""Addresses inside Clew, as one request's page has to write them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import urlencode


class Links(NamedTuple):
    """Where links lead: below `prefix`, the sub-path that Clew is served from, with the query that they keep."""

    prefix: str = "/"
    kept: Mapping[str, str] = MappingProxyType({})

    def to(self, path: str, query: Mapping[str, str]) -> str:
        """Returns the address of the page at `path` ("/mlflow") with `query`; what is kept wins."""
        asked = {**query, **self.kept}
        return self.prefix + path.removeprefix("/") + (f"?{urlencode(asked)}" if asked else "")
