"""Links of a page: below the sub-path that its app is served from, in the language and the frame that were asked for.

They belong to the request, as its language does: each app puts its own `Links` into `flask.g` before it answers one.
"""

from urllib.parse import quote

import flask

from domain.links import Links


def href(path: str, **query: str) -> str:
    """Returns the address of the page at `path` ("/mlflow"); what was asked for with `?lang=` and `?embed=` is kept."""
    return _of_this_request().to(path, query)


def is_embedded() -> bool:
    """Returns whether the page stands in another site's frame, which has a header of its own (`?embed=1`)."""
    return "embed" in _of_this_request().kept


def run_href(run_id: str) -> str:
    """Returns the detail page of a run."""
    return href(f"/mlflow/runs/{quote(run_id, safe='')}")


def training_href(run_id: str) -> str:
    """Returns the page of a training, while it runs and after."""
    return href(f"/training/{quote(run_id, safe='')}")


def training_log_href(run_id: str) -> str:
    """Returns the address of all that a training wrote, as a file."""
    return href(f"/api/training/runs/{quote(run_id, safe='')}/log.txt")


def model_href(model_id: str) -> str:
    """Returns the detail page of a model."""
    return href(f"/models/{quote(model_id, safe='')}")


def _of_this_request() -> Links:
    """Returns the links of this request.

    Outside one, where components are made by themselves, there is nothing to keep.
    """
    links: Links = flask.g.get("links", Links()) if flask.has_request_context() else Links()
    return links
