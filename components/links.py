"""Addresses inside Clew: below the sub-path it is served from, in the language and the frame that were asked for."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import quote, urlencode

import flask


def href(path: str, **query: str) -> str:
    """The address of the page at `path` ("/mlflow"); what was asked for with `?lang=` and `?embed=` is kept."""
    prefix = "/"
    if flask.has_request_context():
        prefix = flask.current_app.config["PATHNAME_PREFIX"]
        if language := flask.g.get("asked_language"):
            query["lang"] = language
        if is_embedded():
            query["embed"] = "1"
    return prefix + path.removeprefix("/") + (f"?{urlencode(query)}" if query else "")


def one_value_each(layout: Callable[..., list[Any]]) -> Callable[..., list[Any]]:
    """A page's layout, called with one value for each name of the address: of a repeated one Dash hands on a list."""

    @wraps(layout)
    def called(**query: str | list[str]) -> list[Any]:
        return layout(**{name: value if isinstance(value, str) else value[0] for name, value in query.items()})

    return called


def is_embedded() -> bool:
    """Whether the page stands in another site's frame, which has a header of its own (`?embed=1`)."""
    return bool(flask.has_request_context() and flask.g.get("embedded"))


def run_href(run_id: str) -> str:
    """The detail page of a run."""
    return href(f"/mlflow/runs/{quote(run_id, safe='')}")


def model_href(model_id: str) -> str:
    """The detail page of a model."""
    return href(f"/models/{quote(model_id, safe='')}")
