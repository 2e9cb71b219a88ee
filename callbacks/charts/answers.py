"""Answers that a browser keeps for as long as nothing changed: JSON with an ETag of its content."""

import hashlib
from typing import Any

import flask
import orjson


def kept_json(content: dict[str, Any]) -> flask.Response:
    """Answers `content` with its `version`; 304 where the browser has this version."""
    body = orjson.dumps(content)
    version = hashlib.sha256(body).hexdigest()[:32]
    response = flask.Response(body[:-1] + b',"version":"%s"}' % version.encode(), mimetype="application/json")
    response.set_etag(version)
    response.headers["Cache-Control"] = "private, no-cache"
    response.make_conditional(flask.request)
    return response
