"""Good and hostile files of runs: any script in them that runs sets `clewWasHere` in some window."""

import io
import json
import struct
import zlib
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from tests.run_files.webm import film, shade
from tests.tracking import SOME_POLICY

# Tried in every window that a page can reach, and for every address that a request could have been sent to.
ORACLE = "clewWasHere"
# In a frame of another origin the first is refused, and the others must run nevertheless.
_DEED = f"try{{window.top.{ORACLE}=1}}catch(e){{}};window.{ORACLE}=1;fetch('/{ORACLE}')"
SCRIPT = f"<script>{_DEED}</script>"
_ON_ERROR = f'<img src="x:y" onerror="{_DEED}">'
_LEAVES = '<meta http-equiv="refresh" content="0;url=/health"><form action="/changes" method="post"></form>'


def pixels(kind: str, size: tuple[int, int] = (32, 24)) -> bytes:
    """Returns a picture in one of Pillow's formats."""
    kept = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(kept, kind)
    return kept.getvalue()


def png_bomb() -> bytes:
    """Returns a picture of 100,000 × 100,000 pixels in some hundred bytes."""
    head = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b""))
    chunks = (struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def parquet(rows: int = 1000) -> bytes:
    """Returns a table of a number and a text."""
    kept = io.BytesIO()
    pq.write_table(pa.table({"step": range(rows), "note": [f"row {n} {SCRIPT}" for n in range(rows)]}), kept)
    return kept.getvalue()


def notebook() -> bytes:
    """Returns a notebook whose cells hold scripts."""
    outputs = [
        {"output_type": "display_data", "data": {"text/html": [SCRIPT, _ON_ERROR, _LEAVES, "<b>bold output</b>"]}},
        {"output_type": "stream", "text": ["printed\n", SCRIPT]},
    ]
    cells = [
        {"cell_type": "markdown", "source": ["# A heading\n", SCRIPT, f"[go](javascript:{_DEED})"]},
        {"cell_type": "code", "source": "print(1)", "outputs": outputs},
    ]
    return json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}).encode()


# As MLflow's log_table writes images: two valid ones, one of another run, one that is no picture.
PICTURED = [
    ["a", {"type": "image", "filepath": "deep/er/picture.png", "compressed_filepath": "deep/er/picture.webp"}],
    ["b", {"type": "image", "filepath": "deep/er/drawing.svg", "compressed_filepath": f"javascript:{_DEED}"}],
    ["c", {"type": "image", "filepath": "../../another/picture.png", "compressed_filepath": "x.png"}],
    ["d", {"type": "image", "filepath": "deep/er/report.html"}],
]

MARKDOWN = f"""# Results of the run
{SCRIPT}
{_ON_ERROR}

[harmless](https://example.com) and [not](javascript:{_DEED})

| a | b |
|---|---|
| 1 | <b>2</b> |

![beside](picture.png) ![away](http://127.0.0.1:9/{ORACLE}.png)
"""
SVG = f"""<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40" onload="{_DEED}">
<script>{_DEED}</script><rect width="40" height="40" fill="green"/>
<foreignObject width="9" height="9"><iframe xmlns="http://www.w3.org/1999/xhtml" src="javascript:{_DEED}"/></foreignObject>
</svg>"""
HTML = f"<!DOCTYPE html><title>t</title>{SCRIPT}{_ON_ERROR}{_LEAVES}<h1>A report</h1><a href=/ target=_top>up</a>"
FIGURE = {
    "data": [
        {"type": "scatter", "x": [1, 2, 3], "y": [1, 4, 2], "name": f'<a href="javascript:{_DEED}">drawn line</a>'},
        {"type": "heatmap", "z": [[1, 2]]},
    ],
    "layout": {
        "title": {"text": f"{SCRIPT}A figure {_ON_ERROR}"},
        "images": [{"source": f"http://127.0.0.1:9/{ORACLE}.png", "x": 0, "y": 0, "sizex": 1, "sizey": 1}],
        "updatemenus": [{"buttons": [{"label": "press", "method": "relayout", "args": [{"images": []}]}]}],
        "showlegend": True,
    },
}
_CALL = f'Plotly.newPlot("a", {json.dumps(FIGURE["data"])}, {json.dumps(FIGURE["layout"])}, {{}})'.replace(
    "<", "\\u003c"
)

GOOD: Mapping[str, bytes] = {
    "picture.png": pixels("PNG"),
    "picture.jpg": pixels("JPEG"),
    "picture.gif": pixels("GIF"),
    "picture.webp": pixels("WEBP"),
    "film.webm": film([shade(10 * n) for n in range(25)], 64, 64),
    "notes.txt": b"first line\nsecond line\n",
    "console.log": b"".join(b"line %d\n" % n for n in range(20_000)),
    "metrics.json": json.dumps({"reward": [1, 2.5, None], "name": SCRIPT}).encode(),
    "table.json": json.dumps({"columns": ["episode", "reward"], "data": [[1, 0.5], [2, 0.75]]}).encode(),
    "pictures.json": json.dumps({"columns": ["asked", "shown"], "data": PICTURED}).encode(),
    "config.yaml": b"algorithm: PPO\nseed: 1\n",
    "table.csv": f'step,note\n1,"{SCRIPT}"\n2,=1+1\n'.encode(),
    "table.parquet": parquet(),
    "policy.onnx": SOME_POLICY.read_bytes(),
    "README.md": MARKDOWN.encode(),
    "report.html": HTML.encode(),
    "work.ipynb": notebook(),
    "figure.json": json.dumps(FIGURE).encode(),
    "figure.html": f"<html>{SCRIPT}<script>window.PlotlyConfig = {{}};{_CALL}</script></html>".encode(),
    "drawing.svg": SVG.encode(),
    "ü 日本 +&.txt": "größe\n".encode(),
}
"""What is shown, script or not."""
BAD: Mapping[str, bytes] = {
    "empty.png": b"",
    "bomb.png": png_bomb(),
    "script.png": SCRIPT.encode(),
    "film.mp4": HTML.encode(),
    "weights.bin": bytes(range(256)) * 16,
    "damaged.onnx": b"\x08\x07\xff\xff\xff",
    "damaged.parquet": b"PAR1" + b"\0" * 100,
    "damaged.ipynb": b'{"cells": 7}',
    "binary.log": b"\0\1\2" * 1000,
}
"""What is refused with a sentence."""
