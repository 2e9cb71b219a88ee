"""Files of runs in a bucket: read directly if MLflow signed a URL, else through MLflow."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from flask.testing import FlaskClient
from werkzeug.wrappers import Response

from tests.api.conftest import Serving
from tests.run_files.hostile_files import GOOD
from tests.s3_store import BUCKET, S3Store
from tests.tracking import Tracking
from training.scratch_server import mlflow_server

NAMES = ("console.log", "film.webm", "table.parquet", "ü 日本 +&.txt")
ODD_ANSWERS = {
    "refused": lambda: Response("<Error><Code>AccessDenied</Code></Error>", 403),
    "a page": lambda: Response("<!DOCTYPE html><title>Sign in</title>", 200, mimetype="text/html"),
    "elsewhere": lambda: Response("", 302, {"Location": "http://169.254.169.254/latest/meta-data/"}),
    "broken": lambda: Response("<Error/>", 500),
}


class InBuckets(NamedTuple):
    """Holds two runs with the same files in a bucket: one read through MLflow, one directly."""

    store: S3Store
    runs: dict[str, str]
    clew: Callable[[], FlaskClient]

    def file(self, way: str, name: str, headers: dict[str, str] | None = None, client: FlaskClient | None = None):  # type: ignore[no-untyped-def]
        path = {"path": f"deep/{name}"}
        address = f"/api/runs/{self.runs[way]}/artifacts/file"
        return (client or self.clew()).get(address, query_string=path, headers=headers)


@pytest.fixture(scope="module")
def buckets(tmp_path_factory: pytest.TempPathFactory, serving: Serving) -> Iterator[InBuckets]:
    folder: Path = tmp_path_factory.mktemp("buckets")
    with S3Store().serving() as store:
        destination = f"s3://{BUCKET}/proxied"
        with mlflow_server(folder, artifacts_destination=destination, environment=store.environment) as address:
            tracking = Tracking(address)
            tracking.post("experiments/create", {"name": "direct", "artifact_location": f"s3://{BUCKET}/direct"})
            runs = {"direct": tracking.run("1"), "proxied": tracking.run("0")}
            for name in NAMES:
                store.put(f"direct/{runs['direct']}/artifacts/deep/{name}", GOOD[name])
                tracking.artifact(runs["proxied"], f"deep/{name}", GOOD[name])
            yield InBuckets(store, runs, lambda: serving(address).test_client())


@pytest.fixture
def in_buckets(buckets: InBuckets) -> Iterator[InBuckets]:
    buckets.store.reads.clear()
    yield buckets
    buckets.store.instead, buckets.store.refuses = None, False


@pytest.mark.parametrize("way", ["direct", "proxied"])
def test_a_part_of_a_file_comes_from_the_bucket_without_clews_credentials(in_buckets: InBuckets, way: str) -> None:
    client = in_buckets.clew()
    listed = client.get("/artifacts/list", query_string={"run": in_buckets.runs[way], "path": "deep"}).json
    assert {name: size for name, _is_dir, size in (listed or {})["files"]} == {name: len(GOOD[name]) for name in NAMES}
    for name in NAMES:
        whole, size = GOOD[name], len(GOOD[name])
        for requested, begins, ends in (
            ("bytes=1-4", 1, 5),
            ("bytes=-3", size - 3, size),
            (f"bytes=-{size + 9}", 0, size),
        ):
            part = in_buckets.file(way, name, {"Range": requested}, client)
            assert (part.status_code, part.data) == (206, whole[begins:ends]), (name, requested)
            assert part.headers["Content-Range"] == f"bytes {begins}-{ends - 1}/{size}"
        assert in_buckets.file(way, name, {"Range": f"bytes={size}-"}, client).status_code == 416
        answer = in_buckets.file(way, name, None, client)
        assert answer.data == whole
        assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
        known = {"If-None-Match": answer.headers["ETag"]}
        assert in_buckets.file(way, name, known, client).status_code == 304
    assert in_buckets.file(way, "none.txt", None, client).status_code == 404
    reads = in_buckets.store.reads
    assert len(reads) == 6 * len(NAMES)
    assert not [one for one in reads if "Authorization" in one.headers or "Cookie" in one.headers]


@pytest.mark.parametrize("odd", ODD_ANSWERS)
def test_a_bucket_without_an_answer_is_read_through_mlflow(in_buckets: InBuckets, odd: str) -> None:
    client = in_buckets.clew()
    in_buckets.store.instead = ODD_ANSWERS[odd]()
    for _again in range(3):
        answer = in_buckets.file("direct", "console.log", {"Range": "bytes=5-9"}, client)
        assert (answer.status_code, answer.data) == (206, GOOD["console.log"][5:10])
    assert len(in_buckets.store.reads) == 1  # not requested again at once


def test_a_bucket_that_mlflow_cannot_read_is_reported(in_buckets: InBuckets) -> None:
    client = in_buckets.clew()
    in_buckets.store.refuses = True
    for what in ("list", "preview"):
        requested = {"run": in_buckets.runs["direct"], "path": "deep/console.log"}
        answer = client.get(f"/artifacts/{what}", query_string=requested).json or {}
        assert (answer["code"], answer["passes"]) == ("store-not-read", False), answer
        assert f"s3://{BUCKET}/direct/" in answer["problem"]
