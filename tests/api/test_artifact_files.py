"""Files of runs over the API and the pages' own routes, from a real MLflow and a misbehaving store; hostile files."""

import io
import socket
import threading
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from flask.testing import FlaskClient

from domain.errors import ServiceUnavailable
from tests.api.conftest import Serving
from tests.misbehaving import HANG, Answer, Misbehaving
from tests.run_files.hostile_files import BAD, GOOD, PICTURED
from tests.tracking import Tracking

KINDS = {
    **dict.fromkeys(("picture.png", "picture.jpg", "picture.gif", "picture.webp", "drawing.svg"), "picture"),
    **dict.fromkeys(("notes.txt", "console.log", "config.yaml", "ü 日本 +&.txt"), "text"),
    **dict.fromkeys(("metrics.json", "table.json", "pictures.json", "figure.json"), "json"),
    **{"film.webm": "video", "table.csv": "csv", "table.parquet": "parquet", "policy.onnx": "onnx"},
    **{"README.md": "markdown", "report.html": "html", "figure.html": "html", "work.ipynb": "notebook"},
}
REASONS = {
    **{"empty.png": "artifact-empty", "bomb.png": "picture-too-large", "weights.bin": "no-preview"},
    **dict.fromkeys(("script.png", "film.mp4", "binary.log"), "not-as-named"),
    **{"damaged.onnx": "onnx-unreadable", "damaged.parquet": "table-unreadable"},
    **{"damaged.ipynb": "document-unreadable"},
}
NO_PATHS = ("..", "../a", "a/../b", "/etc/passwd", "a//b", "a/", "./a", "a\\b", "file:///x", "C:/x", "a\0b", "x" * 4096)


class Stored(NamedTuple):
    """Holds a run with files behind a relay, and a Clew that reads them there."""

    client: FlaskClient
    run_id: str
    relay: Misbehaving

    def file(self, path: str, headers: Mapping[str, str] | None = None, **query: str) -> Any:
        return self.client.get(
            f"/api/runs/{self.run_id}/artifacts/file", query_string={"path": path, **query}, headers=headers
        )

    def page(self, what: str, path: str, **query: str) -> Any:
        answer = self.client.get(f"/artifacts/{what}", query_string={"run": self.run_id, "path": path, **query})
        assert answer.status_code == 200, answer.text
        return answer.json


@pytest.fixture(scope="module")
def stored_files(tracking: Tracking, serving: Serving) -> Iterator[Stored]:
    run_id = tracking.run(tracking.experiment(), name="files")
    for name, content in {**GOOD, **BAD}.items():
        tracking.artifact(run_id, f"deep/er/{name}", content)
    for number in (10, 9, 100):
        tracking.artifact(run_id, f"step_{number}.txt", b"x")
    with Misbehaving(tracking.address) as relay:
        yield Stored(serving(relay.address).test_client(), run_id, relay)


@pytest.fixture
def stored(stored_files: Stored) -> Iterator[Stored]:
    yield stored_files
    stored_files.relay.answer, stored_files.relay.passes_ranges = None, True
    stored_files.relay.instead.clear()


def test_folders_are_listed_first_and_numbers_in_names_sort_by_value(stored: Stored) -> None:
    found = stored.client.get(f"/api/runs/{stored.run_id}/artifacts").json
    assert [row["path"] for row in found or []] == ["deep", "step_9.txt", "step_10.txt", "step_100.txt"]
    inside = stored.page("list", "deep/er")["files"]
    sizes = {name: size or 0 for name, is_dir, size in inside}  # MLflow omits a size of 0
    assert sizes == {name: len(content) for name, content in {**GOOD, **BAD}.items()}
    assert stored.page("list", "nowhere")["files"] == []


@pytest.mark.parametrize("name", GOOD)
def test_every_kind_of_file_is_previewed_and_downloaded_whole_in_a_sandbox(stored: Stored, name: str) -> None:
    assert stored.page("preview", f"deep/er/{name}")["kind"] == KINDS[name]
    answer = stored.file(f"deep/er/{name}", {"Accept-Encoding": "gzip"})
    assert answer.data == GOOD[name]
    assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "script" not in answer.headers["Content-Type"]
    known = {"If-None-Match": answer.headers["ETag"]}
    assert stored.file(f"deep/er/{name}", known).status_code == 304


def test_long_figures_and_tables_are_read_by_a_child_process(stored: Stored, tracking: Tracking) -> None:
    """If a child process does not lay it out in time, it is shown as text, like any other long JSON."""
    rows = {"columns": ["n"], "data": [[n] for n in range(200_000)]}
    points = {"data": [{"type": "scatter", "y": [0.123456] * 150_000}]}
    for name, value in (("rows", rows), ("points", points), ("many", [{"y": 1.0}] * 200_000)):
        content = orjson.dumps(value)
        assert len(content) > 2**20
        tracking.artifact(stored.run_id, f"long/{name}.json", content)
    assert stored.page("preview", "long/rows.json")["table"]["rows_in_all"] == 200_000
    assert len(stored.page("preview", "long/points.json")["figure"]["data"][0]["y"]) == 150_000
    assert stored.page("preview", "long/many.json")["kind"] == "text"
    for name in ("figure.json", "figure.html"):
        assert stored.page("preview", f"deep/er/{name}")["figure"]["left_out"] == ["heatmap"]


def test_image_paths_in_a_table_become_pictures_if_they_are_files_of_the_run(
    stored: Stored, tracking: Tracking
) -> None:
    columns = {"asked": [row[0] for row in PICTURED], "shown": [row[1] for row in PICTURED]}
    kept = io.BytesIO()
    pq.write_table(pa.table(columns), kept)
    tracking.artifact(stored.run_id, "deep/pictures.parquet", kept.getvalue())
    for path in ("deep/er/pictures.json", "deep/pictures.parquet"):
        cells = [row[1] for row in stored.page("preview", path)["table"]["rows"]]
        assert cells[:2] == [
            {"path": "deep/er/picture.png", "small": "deep/er/picture.webp"},
            {"path": "deep/er/drawing.svg", "small": "deep/er/drawing.svg"},
        ], path
        assert len(cells) == len(PICTURED)
        assert all(isinstance(cell, str) for cell in cells[2:]), path


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_cannot_be_shown_gives_the_reason_and_can_be_saved(stored: Stored, name: str) -> None:
    answer = stored.page("preview", f"deep/er/{name}")
    assert (answer["code"], answer["reason"]) == ("not-shown", REASONS[name])
    saved = stored.file(f"deep/er/{name}", save="1")
    assert saved.data == BAD[name]
    assert saved.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("ranges", [True, False], ids=["parts", "whole files only"])
def test_a_range_request_returns_that_part_of_a_file(stored: Stored, ranges: bool) -> None:
    stored.relay.passes_ranges = ranges
    content, path = GOOD["console.log"], "deep/er/console.log"
    size = len(content)
    for requested, begins, ends in (
        ("bytes=0-0", 0, 1),
        ("bytes=5-9", 5, 10),
        ("bytes=-7", size - 7, size),
        (f"bytes={size - 3}-", size - 3, size),
        (f"bytes={size - 3}-{size + 9}", size - 3, size),
        ("bytes=0-", 0, size),
        (f"bytes=-{size + 9}", 0, size),
    ):
        answer = stored.file(path, {"Range": requested})
        assert answer.status_code == 206, requested
        assert answer.data == content[begins:ends], requested
        assert answer.headers["Content-Range"] == f"bytes {begins}-{ends - 1}/{size}"
    assert stored.file(path, {"Range": f"bytes={size}-"}).status_code == 416
    for odd in ("bytes=a-b", "bytes=9-5", "lines=1-2", "bytes=1-2,5-6", "bytes=-"):
        assert stored.file(path, {"Range": odd}).status_code == 200
    changed = {"Range": "bytes=5-9", "If-Range": '"another"'}
    assert stored.file(path, changed).status_code == 200


def test_a_video_player_gets_one_piece_at_a_time(stored: Stored, tracking: Tracking) -> None:
    tracking.artifact(stored.run_id, "long.webm", b"\x1aE\xdf\xa3" + b"\0" * 2**21)
    for first, length in ((0, 2**18), (2**18, 2**20), (2**21, 4)):
        answer = stored.file("long.webm", {"Range": f"bytes={first}-"}, pieces="1")
        assert (answer.status_code, len(answer.data)) == (206, length)
        assert answer.headers["Content-Range"] == f"bytes {first}-{first + length - 1}/{2**21 + 4}"


def test_a_log_is_read_from_either_end_and_searched(stored: Stored) -> None:
    path, text = "deep/er/console.log", GOOD["console.log"].decode().splitlines()
    forward, at, size = [], 0, 1
    while at < size:
        part = stored.page("lines", path, after=str(at))
        forward, at, size = forward + part["lines"], part["ends"], part["size"]
    backward, part = [], stored.page("lines", path)
    while part["lines"]:
        backward = part["lines"] + backward
        part = stored.page("lines", path, before=str(part["begins"]))
    assert forward == backward == text
    assert stored.page("lines", path, after=str(size))["lines"] == []
    found = stored.page("found", path, q="LINE 1999", after="0")
    assert [one["line"] for one in found["lines"]] == ["line 1999"] + [f"line {n}" for n in range(19990, 20000)]
    assert found["searched_to"] == size
    for pattern, lines in (
        (r"^line \d?999$", ["line 9999", "line 8999"]),
        (r"e\s*\n", []),
        ("[a-z]* 1999[89]", ["line 19999", "line 19998"]),
    ):
        found = stored.page("found", path, q=pattern, regex="1")
        assert [one["line"] for one in found["lines"]][:2] == lines, pattern
    every = stored.page("found", path, q="", regex="1")
    assert [one["line"] for one in every["lines"]] == [f"line {n}" for n in range(19999, 19949, -1)]
    refused = stored.page("found", path, q="(", regex="1")
    assert refused["code"] == "pattern-invalid"
    found = stored.page("found", path, q="LINE 1999")
    assert [one["line"] for one in found["lines"]] == [f"line {n}" for n in range(19999, 19989, -1)] + ["line 1999"]
    assert stored.page("lines", path, after=str(found["lines"][-1]["at"]))["lines"][0] == "line 1999"


@pytest.mark.parametrize("path", NO_PATHS)
def test_an_impossible_path_is_refused_by_field(stored: Stored, path: str) -> None:
    requests_before = len(stored.relay.requests)
    for address in ("file", "document"):
        answer = stored.client.get(f"/api/runs/{stored.run_id}/artifacts/{address}", query_string={"path": path})
        assert (answer.status_code, list((answer.json or {})["details"])) == (422, ["path"])
    answer = stored.client.get("/artifacts/list", query_string={"run": stored.run_id, "path": path})
    assert answer.status_code == 422
    assert len(stored.relay.requests) == requests_before


def test_doubly_encoded_and_missing_paths_are_not_found(stored: Stored) -> None:
    for path in ("%2e%2e/%2e%2e/mlflow.db", "a%2Fb", "deep/er/none.txt"):
        assert stored.file(path).status_code in (400, 404)
    assert stored.client.get("/api/runs/no run/artifacts").status_code == 404
    assert stored.client.get(f"/api/runs/{'0' * 32}/artifacts").status_code == 404


@pytest.mark.parametrize(
    ("answer", "status", "code"),
    [
        ((403, b"no", "text/plain"), 502, "credentials-refused"),
        ((200, b"<!DOCTYPE html><title>Sign in</title>", "text/html"), 502, "bad-response"),
        ((500, b'{"error_code": "INTERNAL_ERROR", "message": "bucket away"}', "application/json"), 503, None),
        ((302, b"", "text/plain"), 502, None),
        ((206, b"half", "text/plain"), 502, None),
    ],
)
def test_a_failing_or_malformed_answer_of_the_store_is_reported(
    stored: Stored, answer: Answer, status: int, code: str | None
) -> None:
    stored.relay.instead["notes.txt"] = answer
    refused = stored.file("deep/er/notes.txt")
    assert refused.status_code == status, refused.text
    assert refused.mimetype == "application/json"
    assert "MLflow" in refused.text
    assert code is None or (refused.json or {})["code"] == code
    shown = stored.page("preview", "deep/er/notes.txt")
    assert (bool(shown["problem"]), shown["status"]) == (True, status)


def test_a_truncated_file_ends_in_an_error(serving: Serving) -> None:
    half = b'HTTP/1.1 200 OK\r\nContent-Disposition: attachment; filename="a"\r\nContent-Length: 100\r\n\r\nhalf'
    run = b'{"run": {"info": {"artifact_uri": "/a/folder"}}}'
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(run), run)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer_twice() -> None:
            for content in (answer, half):
                client, _ = listener.accept()
                with client:
                    client.recv(65536)
                    client.sendall(content)

        threading.Thread(target=answer_twice, daemon=True).start()
        client = serving(f"http://127.0.0.1:{listener.getsockname()[1]}").test_client()
        with pytest.raises(ServiceUnavailable):
            client.get(f"/api/runs/{'0' * 32}/artifacts/file?path=a.txt", buffered=True)


def test_documents_are_sandboxed_without_scripts_and_show_pictures_from_their_folder(stored: Stored) -> None:
    address = f"/api/runs/{stored.run_id}/artifacts/document"
    markdown = stored.client.get(address, query_string={"path": "deep/er/README.md"})
    assert markdown.headers["Content-Security-Policy"].startswith("sandbox allow-popups")
    assert "<script" not in markdown.text
    assert 'href="javascript' not in markdown.text
    assert 'src="file?path=deep/er/picture.png"' in markdown.text
    notebook = stored.client.get(address, query_string={"path": "deep/er/work.ipynb"})
    assert notebook.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert "<b>bold output</b>" in notebook.text
    assert stored.client.get(address, query_string={"path": "deep/er/notes.txt"}).status_code == 422


@pytest.mark.thorough
def test_a_hanging_store_is_reported_in_time(stored: Stored) -> None:
    stored.relay.answer = HANG
    assert stored.file("deep/er/notes.txt").status_code == 503


def test_the_last_log_lines_and_media_by_key_and_step_are_returned(stored: Stored, tracking: Tracking) -> None:
    run_id = tracking.run(tracking.experiment(), name="crashed", status="FAILED")
    log = b"".join(b"episode %d\n" % n for n in range(100)) + b"RuntimeError: out of memory\n"
    for path in ("videos/eval_step_10.webm", "videos/eval_step_20.webm", "images/board_3.png", "logs/train.log"):
        tracking.artifact(run_id, path, log)
    requested = {"run": run_id, "runs": f"{'0' * 32},{run_id}"}
    answer = stored.client.get("/artifacts/console", query_string=requested).json
    assert answer is not None
    assert (answer["path"], len(answer["lines"]), answer["lines"][-1]) == (
        "logs/train.log",
        15,
        "RuntimeError: out of memory",
    )
    assert stored.page("console", "")["lines"] == []
    media = stored.client.get("/artifacts/media", query_string=requested).json
    assert media is not None
    assert [(key, step) for key, step, *_rest in media["files"]] == [
        ("images/board", 3),
        ("videos/eval", 10),
        ("videos/eval", 20),
    ]
    assert media["name"] == "crashed"
    for path in ("odd/ep0001-left.webm", "odd/ep0002-left.webm", "videos/eval_step_30.txt"):
        tracking.artifact(run_id, path, log)
    for pattern, found in (
        ("odd/ep{step}-{key}.webm", [("left", 1), ("left", 2)]),
        (r"(?P<key>.*)/ep(?P<step>\d+)-.*", [("odd", 1), ("odd", 2)]),
        ("*_{step}.webm", [("videos/eval_step", 10), ("videos/eval_step", 20)]),
        ("none-{step}.mp4", []),
    ):
        answer = stored.client.get("/artifacts/media", query_string=requested | {"q": pattern}).json or {}
        assert [(key, step) for key, step, *_rest in answer["files"]] == found, pattern
    for pattern, code in (
        ("(?P<step>", "pattern-invalid"),
        ("videos/*", "media-pattern-stepless"),
        (".*", "media-pattern-stepless"),
        ("a" * 300, "pattern-too-long"),
    ):
        answer = stored.client.get("/artifacts/media", query_string=requested | {"q": pattern}).json or {}
        assert answer["code"] == code, (pattern, answer)
    refused = stored.client.get("/artifacts/media", query_string=requested | {"runs": "other"}).json
    assert refused is not None
    assert refused["code"] == "run-id-malformed"
