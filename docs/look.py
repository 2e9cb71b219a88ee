"""Takes the pictures of docs/look: `python -m docs.look [NAME...]` in the tree's root, some minutes.

Left is each page before its look was made one, right as it is in this tree; both have the same sample data. It needs
what docs.screenshots needs, and the repository's history.
"""

import io
import subprocess
import sys
import tempfile
from pathlib import Path

import requests
from PIL import Image

from docs.example_clew import ROOT, clew, sample_runs, train
from docs.picture_list import Picture, look_pictures, pictures_of_kept
from docs.window import browser, captured, show

FOLDER = Path(__file__).parent / "look"
BEFORE = "8adbe3094"
MAX_BYTES = 48_000
GAP = 16
SIDES = (790, 640, 520)
QUALITIES = (80, 68, 56)


def pages_of(root: Path, only: list[str]) -> dict[str, Image.Image]:
    """Returns a picture of each page of the Clew of `root`, by its name; the history needs GPUs that kept a day."""
    with clew(root=root) as address:
        runs = sample_runs(address)
        killed = next(run["run_id"] for run in runs if run["status"] == "KILLED")
        requests.delete(f"{address}/api/runs/{killed}", timeout=60).raise_for_status()
        taken = images_of(address, look_pictures(runs, train(address)), only)
    with clew(kept=True, root=root) as address:
        return taken | images_of(address, pictures_of_kept(), only)


def images_of(address: str, pictures: list[Picture], only: list[str]) -> dict[str, Image.Image]:
    """Returns an image of each of these pages, or of those that are named."""
    taken: dict[str, Image.Image] = {}
    with browser() as driver:
        for picture in pictures:
            if not only or picture.name in only:
                show(driver, address, picture)
                taken[picture.name] = Image.open(io.BytesIO(captured(driver, picture, format="png")))
    return taken


def side_by_side(before: Image.Image, after: Image.Image) -> bytes:
    """Returns both as one WebP of at most MAX_BYTES: the largest and best of those that are light enough."""
    for side, quality in ((side, quality) for side in SIDES for quality in QUALITIES):
        content = io.BytesIO()
        beside(before, after, min(side, before.width)).save(content, "WEBP", quality=quality, method=6)
        if content.tell() <= MAX_BYTES:
            return content.getvalue()
    raise SystemExit(f"{content.tell():,} bytes are more than {MAX_BYTES:,}.")


def beside(before: Image.Image, after: Image.Image, side: int) -> Image.Image:
    """Returns both next to each other, each `side` pixels wide."""
    size = (side, round(before.height * side / before.width))
    both = Image.new("RGB", (2 * side + GAP, size[1]), "#888")
    for at, picture in enumerate((before, after)):
        both.paste(picture.convert("RGB").resize(size, Image.Resampling.LANCZOS), (at * (side + GAP), 0))
    return both


def before_and_after(only: list[str]) -> None:
    """Saves the pictures of all pages, or of those that are named."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        archive = subprocess.run(["git", "archive", BEFORE], cwd=ROOT, capture_output=True, check=True).stdout
        subprocess.run(["tar", "-x", "-C", folder], input=archive, check=True)
        before = pages_of(Path(folder), only)
    for name, after in pages_of(ROOT, only).items():
        (FOLDER / f"{name}.webp").write_bytes(side_by_side(before[name], after))


if __name__ == "__main__":
    before_and_after(sys.argv[1:])
