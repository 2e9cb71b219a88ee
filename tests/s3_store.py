"""A store that speaks S3, in this process: its requests are recorded, and it can be made to answer otherwise."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

BUCKET = "runs"
CREDENTIALS = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "region_name": "us-east-1"}


class S3Store:
    """Holds the store at `address`; `instead` replaces its answers to signed reads."""

    def __init__(self) -> None:
        self.reads: list[Request] = []
        self.instead: Response | None = None
        self.refuses = False
        """Whether all is refused, MLflow's own requests too."""
        self._app = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", 0, self, threaded=True, request_handler=_Silent)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self.client: Any = boto3.client("s3", endpoint_url=self.address, **CREDENTIALS)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        if "X-Amz-Signature" in request.args and request.method == "GET":
            self.reads.append(request)
            if self.instead is not None:
                return self.instead(environ, start_response)
        if self.refuses:
            return Response("<Error><Code>AccessDenied</Code></Error>", 403)(environ, start_response)
        return self._app(environ, start_response)  # type: ignore[no-any-return]

    def put(self, key: str, content: bytes) -> None:
        """Stores an object."""
        self.client.put_object(Bucket=BUCKET, Key=key, Body=content)

    @property
    def environment(self) -> dict[str, str]:
        """Returns the environment of a program that stores files here."""
        return {
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "us-east-1",
            "MLFLOW_S3_ENDPOINT_URL": self.address,
        }

    @contextmanager
    def serving(self) -> Iterator["S3Store"]:
        """Runs it, with one bucket."""
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.client.create_bucket(Bucket=BUCKET)
        try:
            yield self
        finally:
            self.client.close()
            self._server.shutdown()
            self._server.server_close()


class _Silent(WSGIRequestHandler):
    def log_request(self, *_given: Any) -> None:
        """Logs nothing: the tests check `reads`."""
