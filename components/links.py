"""Addresses inside Clew: below the sub-path it is served from, and in the language that the reader asked for."""

from urllib.parse import quote, urlencode

import flask


def href(path: str, **query: str) -> str:
    """The address of the page at `path` ("/mlflow"); a language asked for with `?lang=` is kept."""
    prefix = "/"
    if flask.has_request_context():
        prefix = flask.current_app.config["PATHNAME_PREFIX"]
        if language := flask.g.get("asked_language"):
            query["lang"] = language
    return prefix + path.removeprefix("/") + (f"?{urlencode(query)}" if query else "")


def run_href(run_id: str) -> str:
    """The detail page of a run."""
    return href(f"/mlflow/runs/{quote(run_id, safe='')}")


def model_href(model_id: str) -> str:
    """The detail page of a model."""
    return href(f"/models/{quote(model_id, safe='')}")
