"""Links within Clew: below the sub-path of the app, keeping the language and embedding of the request.

They depend on the request, as its language does: each app stores its `Links` in `flask.g` before it handles one.
"""

from urllib.parse import quote

import flask

from domain.links import Links


def href(path: str, **query: str) -> str:
    """Returns the address of the page at `path` ("/mlflow"); `?lang=` and `?embed=` of the request are kept."""
    return _of_this_request().to(path, query)


def is_embedded() -> bool:
    """Returns whether the page is embedded in another site, which has a header of its own (`?embed=1`)."""
    return "embed" in _of_this_request().kept


def run_href(run_id: str) -> str:
    """Returns the address of a run's page."""
    return href(f"/mlflow/runs/{quote(run_id, safe='')}")


def training_href(run_id: str) -> str:
    """Returns the address of a training's page, which exists while it runs and afterwards."""
    return href(f"/training/{quote(run_id, safe='')}")


def training_log_href(run_id: str) -> str:
    """Returns the address that downloads the whole log of a training."""
    return href(f"/api/training/runs/{quote(run_id, safe='')}/log.txt")


def model_href(model_id: str) -> str:
    """Returns the address of a model's page."""
    return href(f"/models/{quote(model_id, safe='')}")


def _of_this_request() -> Links:
    """Returns the links of this request.

    Outside a request, as in tests of components, there is nothing to keep.
    """
    links: Links = flask.g.get("links", Links()) if flask.has_request_context() else Links()
    return links
