"""Changes as a page of Clew requests them: `POST /changes`, and again until there is an answer."""

import uuid
from typing import Any

from flask.testing import FlaskClient

from tests.misbehaving import eventually

Answer = dict[str, Any]


def request(verb: str, model_id: str, **more: object) -> dict[str, Any]:
    """Returns a request with an id of its own."""
    return {"id": uuid.uuid4().hex, "verb": verb, "model_id": model_id, **more}


def ask(client: FlaskClient, request_body: dict[str, Any], *, again: bool = False, **headers: str) -> Answer:
    """Sends a request once; `again` only asks for its outcome."""
    answer = client.post(f"/changes{'?again=1' if again else ''}", json=request_body, headers=headers)
    assert answer.status_code == 200, answer.text
    return dict(answer.json or {})


def answered(client: FlaskClient, request_body: dict[str, Any], **headers: str) -> Answer:
    """Returns the answer to a request."""
    found = [ask(client, request_body, **headers)]

    def ends() -> bool:
        if found[-1]["outcome"] == "working":
            found.append(ask(client, request_body, again=True, **headers))
        return bool(found[-1]["outcome"] != "working")

    eventually(ends)
    return found[-1]


def change(client: FlaskClient, verb: str, model_id: str, **more: object) -> Answer:
    """Returns the answer to a new request."""
    return answered(client, request(verb, model_id, **more))
