"""What names and first bytes of files show: media by key and step, console logs, sizes of pictures, parts of texts."""

import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from domain.artifacts.console import console_logs
from domain.artifacts.lines import first_lines, last_lines
from domain.artifacts.listing import ArtifactEntry
from domain.artifacts.media import media_of
from domain.artifacts.media_pattern import media_pattern
from domain.artifacts.pictures import size_of
from domain.artifacts.spans import span_of
from domain.artifacts.stores import may_be_read, path_behind_proxy
from domain.artifacts.tables import table_of_csv
from domain.errors import BadInput
from domain.hosts import Origin


@pytest.mark.parametrize(
    ("path", "key", "step"),
    [
        ("videos/eval_step_0000.mp4", "videos/eval", 0),
        ("videos/rl-video-episode-12.mp4", "videos/rl-video", 12),
        ("videos/rl-video-step-0-to-step-200.mp4", "videos/rl-video", 0),
        ("images/dogs+step+3+timestamp+17+ab.png", "images/dogs", 3),
        ("images/a#b%step%7%timestamp%1%x.png", "images/a/b", 7),
        ("eval/frame_00010.png", "eval/frame", 10),
        ("step_100/episode.mp4", "episode", 100),
        ("videos/step=5.webm", "videos", 5),
        ("ckpt-500_rollout.gif", "rollout", 500),
        ("sleep3.png", "sleep3", None),
    ],
)
def test_media_files_have_the_key_and_step_of_their_path(path: str, key: str, step: int | None) -> None:
    assert [(one.key, one.step) for one in media_of([ArtifactEntry(path=path)])] == [(key, step)]


def test_folders_texts_and_smaller_copies_are_no_media() -> None:
    paths = ("notes_step_1.txt", "images/dogs+step+3+timestamp+17+ab+compressed.webp")
    entries = [ArtifactEntry(path=path) for path in paths] + [ArtifactEntry(path="step_3.png", is_dir=True)]
    assert media_of(entries) == []


def test_console_logs_are_ordered_by_likelihood_without_empty_ones() -> None:
    names = {"policy.onnx": 5, "train.log": 5, "console.txt": 5, "stderr.txt": None, "notes.txt": 5}
    found = console_logs(ArtifactEntry(path=f"logs/{name}", file_size=size) for name, size in names.items())
    assert [entry.name for entry in found] == ["console.txt", "train.log"]


@pytest.mark.parametrize("kind", ["PNG", "GIF", "JPEG", "WEBP"])
@pytest.mark.parametrize("size", [(1, 1), (640, 3), (257, 1025)])
@pytest.mark.parametrize("lossless", [True, False])
def test_the_size_of_an_image_is_read_from_its_header(kind: str, size: tuple[int, int], lossless: bool) -> None:
    kept = io.BytesIO()
    Image.new("RGB", size).save(kept, kind, **({"lossless": lossless} if kind == "WEBP" else {}))
    assert size_of(kept.getvalue()) == size


@given(st.binary(max_size=60))
def test_reading_the_image_size_of_arbitrary_bytes_never_fails(head: bytes) -> None:
    for magic in (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"\xff\xd8", b"GIF89a", b"RIFF\0\0\0\0WEBPVP8L", b""):
        assert size_of(magic + head) is None or size_of(magic + head)


@given(st.binary(max_size=80), st.integers(1, 9), st.integers(1, 30))
def test_the_parts_of_a_text_add_up_to_the_text(text: bytes, most: int, window: int) -> None:
    text = text.replace(b"\r", b"")
    size, at, seen = len(text), 0, []
    while at < size:
        part = first_lines(text[at : at + window], at, size, most)
        assert at == part.begins < part.ends
        seen.append(text[at : part.ends])
        at = part.ends
    assert b"".join(seen) == text
    whole = last_lines(text, 0, size, 10**6)
    assert (whole.begins, whole.ends) == (0, size)
    assert "\n".join(whole.lines).encode() == text.decode("utf-8", "replace").removesuffix("\n").encode()


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("bytes=0-", (0, None)),
        ("bytes=5-9", (5, 9)),
        ("bytes=-7", (-7, None)),
        *((odd, None) for odd in (None, "", "bytes=", "bytes=-0", "bytes=9-5", "bytes=1-2,4-5", "items=1-2")),
    ],
)
def test_a_part_of_a_file_can_be_requested(header: str | None, span: tuple[int, int | None] | None) -> None:
    assert span_of(header) == span


def test_a_table_of_odd_rows_is_cut_with_a_notice() -> None:
    content = "\ufeffa;b\n".encode() + b'"' + b"x" * 200_000 + b'",1\n2,3,4\n'
    table = table_of_csv(content, ",", is_whole=True)
    assert (table.columns, table.rows) == (["a;b"], [])  # a field longer than the read part ends it
    wide = table_of_csv(b"a\n" + b"1," * 99 + b"1\n", ",", is_whole=False)
    assert (len(wide.rows[0]), wide.columns_in_all, wide.is_cut) == (60, 100, True)


@pytest.mark.parametrize(
    ("address", "mlflow", "is_read"),
    [
        ("https://runs.s3.eu-west-1.amazonaws.com/a?X-Amz-Signature=1@b", "https://mlflow.example.com", True),
        ("https://minio.example.com:9000/a", "http://127.0.0.1:5050", True),
        ("http://minio.example.com/a", "https://mlflow.example.com", False),
        ("http://named.example.com:9000/a", "https://mlflow.example.com", True),
        ("http://named.example.com/a", "https://mlflow.example.com", False),
        ("http://mlflow.example.com:9000/a", "http://mlflow.example.com", True),
        ("http://mlflow.example.com:9000/a", "https://mlflow.example.com", False),
        ("http://127.0.0.1:9000/a", "http://localhost:5050", True),
        ("http://127.0.0.1:9000/a", "https://mlflow.example.com", False),
        ("https://localhost/a", "https://mlflow.example.com", False),
        ("https://127.1/a", "https://mlflow.example.com", False),
        ("https://0/a", "https://mlflow.example.com", False),
        ("https://10.1.2.3/a", "https://mlflow.example.com", False),
        ("https://0x0a010203/a", "https://mlflow.example.com", False),
        ("https://[::ffff:10.1.2.3]/a", "https://mlflow.example.com", False),
        ("https://[fd00::1]/a", "https://mlflow.example.com", False),
        ("http://169.254.169.254/latest/meta-data", "http://mlflow.example.com", False),
        ("https://user:password@s3.example.com/a", "https://mlflow.example.com", False),
        ("file:///etc/passwd", "https://mlflow.example.com", False),
        ("https:///a", "https://mlflow.example.com", False),
        ("https://a b/c", "https://mlflow.example.com", False),
        ("", "https://mlflow.example.com", False),
    ],
)
def test_only_safe_signed_addresses_are_read(address: str, mlflow: str, is_read: bool) -> None:
    named = Origin.of("http://named.example.com:9000")
    assert named is not None
    assert may_be_read(address, mlflow, frozenset({named})) is is_read


def test_an_artifact_uri_is_converted_to_its_path_behind_the_proxy() -> None:
    for root in ("mlflow-artifacts:/1/r/artifacts", "mlflow-artifacts://host:5000/1/r/artifacts"):
        assert path_behind_proxy(root, "a b.txt") == "1/r/artifacts/a b.txt"
    served = "https://host/prefix/api/2.0/mlflow-artifacts/artifacts/1/r/artifacts"
    assert path_behind_proxy(served, "a.txt") == "1/r/artifacts/a.txt"


@pytest.mark.parametrize(
    ("pattern", "path", "read"),
    [
        ("rollouts/{key}-at-{step}.mp4", "rollouts/left/arm-at-007.mp4", ("left/arm", 7)),
        ("rollouts/{key}-at-{step}.mp4", "other/arm-at-7.mp4", None),
        ("{step}.png", "a/12.png", ("a", 12)),
        ("ep{step}*.gif", "deep/er/ep3-best.gif", ("deep/er/ep-best", 3)),
        ("a+b({step}).png", "a+b(4).png", ("a+b()", 4)),
        (r"(?P<key>\w+)/f(?P<step>\d+)\..*", "eval/f10.webm", ("eval", 10)),
        (r"(a*)*(?P<step>\d*)b", "a" * 1000, None),
        (r"(?P<step>\w+)\.png", "ten.png", None),
        ("{step}.png", "9" * 16 + ".png", None),
    ],
)
def test_a_custom_pattern_reads_the_key_and_step_of_a_path(
    pattern: str, path: str, read: tuple[str, int] | None
) -> None:
    assert media_pattern(pattern).read(path) == read


@given(st.text(max_size=30), st.text(max_size=40))
def test_any_media_pattern_is_valid_or_refused_with_a_reason(pattern: str, path: str) -> None:
    with suppress(BadInput):
        found = media_pattern(pattern + "{step}").read(path + "1")
        assert found is None or found[1] >= 0
